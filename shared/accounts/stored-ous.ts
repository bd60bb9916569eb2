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
 * For each path in a selector, the OUs at the path when the configuration was activated, and the OUs above them: the
 * path of each OU at that time, by its id. A path that named no OU is absent. An OU that a sweep added has the stored
 * names of the OUs above it: if `Workloads` was renamed to `Work`, a new OU `Work/team-c` is stored as
 * `Workloads/team-c`.
 */
export type StoredOus = Readonly<Record<string, OuPathsById>>;

type OuPathsById = Readonly<Record<string, string>>;

export const noStoredOus: StoredOus = {};

/** Organizations' names of the OUs above accounts: the path of each, by its id. */
export type OuTree = ReadonlyMap<string, string>;

/** The state of stored OUs that have no accounts: their present path, or that they were deleted. */
export type EmptyOus = ReadonlyMap<string, string>;

/** No path: an OU has a name. */
export const deleted = '';

interface Placed extends Pick<Account, 'state' | 'parentIds' | 'ouPath'> {
  readonly revision?: number;
}

/**
 * The OUs that have accounts. Items of accounts may be from before and after an OU was renamed: the latest change
 * counts.
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
 * The OUs at each path now. A path without OUs keeps the OUs of the previous activation if they may still exist. So an
 * operator who activates a configuration beside an unnoticed rename revokes no access.
 */
export function storeOus(
  paths: readonly string[],
  accounts: readonly Placed[],
  before: StoredOus = noStoredOus,
): StoredOus {
  const tree = buildOuTree(accounts);
  // An unreadable account may be in it.
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
 * The stored OUs, and the OUs that paths have named since: an OU that was created after the activation, or whose first
 * account came after it. Stored OUs stay, and so does the selection of all accounts. Returns the given value if there
 * is nothing to add.
 */
export function withNewOus(
  stored: StoredOus,
  paths: readonly string[],
  accounts: readonly Placed[],
): StoredOus {
  const tree = buildOuTree(accounts);
  const added = paths.flatMap((path) => {
    const known = stored[path] ?? {};
    const test = compileOuPath(path);
    const fitting = accounts.filter((account) => test.test(getNamesAsStored(known, account)));
    const ous = { ...asStored(known, fitting, withParents(fitting, tree, test)), ...known };
    return Object.keys(ous).length === Object.keys(known).length ? [] : [[path, ous] as const];
  });
  return added.length === 0 ? stored : { ...stored, ...Object.fromEntries(added) };
}

/**
 * New OUs with the stored names of the OUs above them. With today's names, `getNamesAsStored` could not recognize an OU
 * that replaces a new OU below a renamed one.
 */
function asStored(stored: OuPathsById, accounts: readonly Placed[], ous: OuPathsById): OuPathsById {
  const paths = buildOuTree(
    accounts.map((account) => ({ ...account, ouPath: formatOuPath(getNamesAsStored(stored, account)) })),
  );
  return Object.fromEntries(Object.entries(ous).map(([id, path]) => [id, paths.get(id) ?? path]));
}

/** The OUs at the path, and those above them. */
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

/** The ids of the OUs at paths, without the OUs above them, each once. */
export const listStoredOuIds = (stored: StoredOus): readonly string[] => [
  ...new Set(
    Object.entries(stored).flatMap(([path, ous]) => findNamedOus(ous, compileOuPath(path)).map(([id]) => id)),
  ),
];

/** The stored OUs at a path, without the OUs above them, which have shorter paths. */
export const findNamedOus = (
  ous: OuPathsById,
  { depth }: OuPathTest,
): readonly (readonly [string, string])[] =>
  Object.entries(ous).filter(([, path]) => splitOuPath(path).length === depth);

/**
 * The stored names of the OUs above an account. OUs that are not stored have their present names. The names end before
 * an OU that has taken the path of a stored one: it is not the OU that the configuration means.
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
 * A selector's answer for an account. `unresolved`: the stored OUs select the account, but their present names do not.
 * Such an account keeps its access and gets no more.
 */
export type Selection = 'selected' | 'unresolved' | 'not-selected';

/**
 * The stored OUs decide which accounts may keep access. To get access, an account must also be selected by today's
 * names. So a path that now names another OU, or none, revokes no access from the accounts of the stored OU, and adds
 * no account.
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

/** Whether the selector selects the account by the stored OUs, or by their names of today. */
export const maySelect = (selector: Selector, account: Account, stored: StoredOus): boolean =>
  matchesSelector(selector, account) || testAsStored(stored, selector)(account);

function testAsStored(stored: StoredOus, selector: Selector): SelectorTest {
  const tests = testsAsStored(stored);
  const known = tests.get(selector);
  if (known !== undefined) return known;
  const isStored = listSelectorOuPaths(selector).some((path) => stored[path] !== undefined);
  const test: SelectorTest = isStored
    ? compileSelector(selector, (path, account) => getNamesAsStored(stored[path] ?? noOus, account))
    : getSelectorTest(selector);
  tests.set(selector, test);
  return test;
}

const noOus: OuPathsById = {};

/** Created once for each selector and activation, since an organization has many accounts. */
const testsAsStored = memoizeByObject((_: StoredOus) => new WeakMap<Selector, SelectorTest>());
