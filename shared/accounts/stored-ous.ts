import type { Account, Position } from '../platform/account.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import { formatOuPath, splitOuPath } from './ou-path.ts';
import {
  compileOuPath,
  compileSelector,
  getSelectorTest,
  listSelectorOuPaths,
  matchesSelector,
  type OuPathTest,
  type Selector,
  type SelectorTest,
} from './selector.ts';

/**
 * What OU paths meant at the activation. For each path in a selector: the OUs at the path, and the OUs above them. Each
 * OU has its path at that time, by its id. Paths that named no OU are missing.
 *
 * Sweeps add new OUs with the stored names of the OUs above them. Example: `Workloads` was renamed to `Work`. A new OU
 * `Work/team-c` is then stored as `Workloads/team-c`.
 */
export type StoredOus = Readonly<Record<string, OuPathsById>>;

type OuPathsById = Readonly<Record<string, string>>;

export const noStoredOus: StoredOus = {};

/** The OUs above accounts: the path of each OU by the present names in Organizations, by its id. */
export type OuTree = ReadonlyMap<string, string>;

/** What is known about stored OUs without accounts: their present path, or that they were deleted. */
export type EmptyOus = ReadonlyMap<string, string>;

/** Stands for a deleted OU. No OU has an empty path. */
export const deleted = '';

interface Placed extends Pick<Account, 'state' | 'parentIds' | 'ouPath'> {
  readonly revision?: number;
}

/**
 * The OUs that have accounts, with their present paths. Some accounts may have been read before an OU was renamed and
 * others after: the account that changed last counts.
 */
export function buildOuTree(accounts: readonly Placed[]): OuTree {
  const placed = accounts.filter(({ state }) => state !== 'DEPARTED');
  const latestLast = placed.toSorted((a, b) => (a.revision ?? 0) - (b.revision ?? 0));
  return new Map(latestLast.flatMap((account) => ousAbove(account)));
}

const ousAbove = ({ parentIds, ouPath }: Pick<Position, 'parentIds' | 'ouPath'>): [string, string][] => {
  const names = splitOuPath(ouPath);
  return parentIds.slice(1).map((id, index) => [id, formatOuPath(names.slice(0, index + 1))]);
};

/**
 * The OUs at each path now, to store them at an activation. If a path has no OU now, the OUs of the previous activation
 * stay, unless they were deleted. So if an OU was renamed unnoticed, the activation of a configuration takes no access
 * away.
 */
export function storeOus(
  paths: readonly string[],
  accounts: readonly Placed[],
  before: StoredOus = noStoredOus,
): StoredOus {
  const tree = buildOuTree(accounts);
  // An unreadable account may be in an OU that seems to be empty.
  const isComplete = !accounts.some(({ state }) => state === 'UNREADABLE');
  const isThere = (ous: OuPathsById, test: OuPathTest): boolean =>
    !isComplete || findNamedOus(ous, test).some(([id]) => tree.has(id));
  return Object.fromEntries(
    paths.flatMap((path) => {
      const test = compileOuPath(path);
      const now = withParents(accounts, tree, test);
      if (Object.keys(now).length > 0) return [[path, now]];
      const stored = before[path];
      return stored !== undefined && isThere(stored, test) ? [[path, stored]] : [];
    }),
  );
}

/**
 * Adds OUs that have got a stored path since the activation, because they are new or have their first account. OUs that
 * are stored already stay, and the selected accounts do not change. Returns the same object if there is nothing to add.
 */
export function withNewOus(
  stored: StoredOus,
  paths: readonly string[],
  accounts: readonly Placed[],
): StoredOus {
  const tree = buildOuTree(accounts);
  const added = paths.flatMap((path) => {
    const pathsById = stored[path] ?? {};
    const test = compileOuPath(path);
    const fitting = accounts.filter((account) => test.test(getNamesAsStored(pathsById, account)));
    const ous = { ...asStored(pathsById, fitting, withParents(fitting, tree, test)), ...pathsById };
    return Object.keys(ous).length === Object.keys(pathsById).length ? [] : [[path, ous] as const];
  });
  return added.length === 0 ? stored : { ...stored, ...Object.fromEntries(added) };
}

/**
 * New OUs, with the stored names of the OUs above them. With present names, `getNamesAsStored` could later not notice
 * that another OU has taken the path of such an OU.
 */
function asStored(stored: OuPathsById, accounts: readonly Placed[], ous: OuPathsById): OuPathsById {
  const paths = buildOuTree(
    accounts.map((account) => ({ ...account, ouPath: formatOuPath(getNamesAsStored(stored, account)) })),
  );
  return Object.fromEntries(Object.entries(ous).map(([id, path]) => [id, paths.get(id) ?? path]));
}

/** The OUs at a path, and the OUs above them. */
function withParents(accounts: readonly Placed[], tree: OuTree, { depth, test }: OuPathTest): OuPathsById {
  const isNamed = (id: string | undefined): boolean => {
    const names = splitOuPath(tree.get(id ?? '') ?? '');
    return names.length === depth && test(names);
  };
  const ids = accounts
    .filter(({ parentIds }) => isNamed(parentIds[depth]))
    .flatMap(({ parentIds }) => parentIds.slice(1, depth + 1));
  return Object.fromEntries([...new Set(ids)].sort().map((id) => [id, tree.get(id) ?? '']));
}

/** The ids of all OUs at stored paths, each once. Without the OUs above them. */
export const listStoredOuIds = (stored: StoredOus): readonly string[] => [
  ...new Set(
    Object.entries(stored).flatMap(([path, ous]) => findNamedOus(ous, compileOuPath(path)).map(([id]) => id)),
  ),
];

/** The stored OUs at a path. The OUs above them have shorter paths, and are not included. */
export const findNamedOus = (
  ous: OuPathsById,
  { depth }: OuPathTest,
): readonly (readonly [string, string])[] =>
  Object.entries(ous).filter(([, path]) => splitOuPath(path).length === depth);

/**
 * The names of the OUs above an account: stored names if there are any, otherwise present names. The names stop before
 * an OU that has taken the path of a stored OU, because the configuration does not mean that OU.
 */
export function getNamesAsStored(
  ous: OuPathsById,
  { parentIds, ouPath }: Pick<Position, 'parentIds' | 'ouPath'>,
): readonly string[] {
  const stored = storedPaths(ous);
  const names: string[] = [];
  for (const [index, name] of splitOuPath(ouPath).entries()) {
    const path = ous[parentIds[index + 1] ?? ''];
    if (path === undefined && stored.has(formatOuPath([...names, name]))) break;
    names.push(path === undefined ? name : (splitOuPath(path).at(-1) ?? name));
  }
  return names;
}

const storedPaths = memoizeByObject((ous: OuPathsById): ReadonlySet<string> => new Set(Object.values(ous)));

/**
 * What a selector says about an account. `unresolved`: the stored OUs select the account, but their present names do
 * not. Such an account keeps its access and gains none.
 */
export type Selection = 'selected' | 'unresolved' | 'not-selected';

/**
 * Whether a selector selects an account. The stored OUs decide which accounts may keep access. To gain access, the
 * present names must select the account as well. So a path that now names another OU, or none, takes no access away and
 * gives no new access.
 */
export const evaluateSelection = (selector: Selector, account: Account, stored: StoredOus): Selection =>
  compileSelection(selector, stored)(account);

/** As `selectAsStored`, for many accounts. */
export function compileSelection(selector: Selector, stored: StoredOus): (account: Account) => Selection {
  const isSelectedNow = getSelectorTest(selector);
  const isSelectedAsStored = testAsStored(stored, selector);
  if (isSelectedAsStored === isSelectedNow)
    return (account) => (isSelectedNow(account) ? 'selected' : 'not-selected');
  return (account) => {
    if (!isSelectedAsStored(account)) return 'not-selected';
    return isSelectedNow(account) ? 'selected' : 'unresolved';
  };
}

/** Whether the stored OUs or the present names select the account. */
export const maySelect = (selector: Selector, account: Account, stored: StoredOus): boolean =>
  matchesSelector(selector, account) || testAsStored(stored, selector)(account);

function testAsStored(stored: StoredOus, selector: Selector): SelectorTest {
  const tests = testsAsStored(stored);
  const cachedTest = tests.get(selector);
  if (cachedTest !== undefined) return cachedTest;
  const isStored = listSelectorOuPaths(selector).some((path) => stored[path] !== undefined);
  const test: SelectorTest = isStored
    ? compileSelector(selector, (path, account) => getNamesAsStored(stored[path] ?? noOus, account))
    : getSelectorTest(selector);
  tests.set(selector, test);
  return test;
}

const noOus: OuPathsById = {};

/** Tests are compiled once for each selector and activation, because an organization has many accounts. */
const testsAsStored = memoizeByObject((_: StoredOus) => new WeakMap<Selector, SelectorTest>());
