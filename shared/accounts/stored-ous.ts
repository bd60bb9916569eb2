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
 * Which OUs the paths of selectors named when the configuration was activated. For each path: the OUs at the path and
 * the OUs above them, each with its path at that time, by id. A path that named no OU is absent.
 *
 * Sweeps add new OUs. Example: `Workloads` was renamed to `Work` after the activation. The new OU `Work/team-c` is then
 * stored as `Workloads/team-c`, with the name that its parent had.
 */
export type StoredOus = Readonly<Record<string, OuPathsById>>;

type OuPathsById = Readonly<Record<string, string>>;

export const noStoredOus: StoredOus = {};

/** The OUs that contain accounts: for each OU id, its path by the present names in Organizations. */
export type OuTree = ReadonlyMap<string, string>;

/** OUs of an activation that have no accounts now: for each id its present path, or `deleted`. */
export type EmptyOus = ReadonlyMap<string, string>;

/** The path of an OU that was deleted. No existing OU has an empty path. */
export const deleted = '';

interface Placed extends Pick<Account, 'state' | 'parentIds' | 'ouPath'> {
  readonly revision?: number;
}

/**
 * The OUs that contain accounts, with their present paths. If an OU was renamed while the accounts were read, they
 * disagree about its path: the account that changed last decides.
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
 * Finds the OUs at each path, to store them at an activation. If no OU has the path now, the OUs of the previous
 * activation are stored again, unless they were deleted. So if somebody renamed an OU and an operator activates a
 * configuration, no account loses access.
 */
export function storeOus(
  paths: readonly string[],
  accounts: readonly Placed[],
  before: StoredOus = noStoredOus,
): StoredOus {
  const tree = buildOuTree(accounts);
  // If an account is unreadable, its OU is unknown. So an OU that seems to be empty may have this account.
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
 * Adds OUs that are at a path of a selector and were not there at the activation, because they are new or had no
 * account then. OUs that are already stored do not change, and neither do the selected accounts. Returns the same
 * object if there is nothing to add.
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
 * Writes the path of a new OU with the names that the OUs above it had at the activation. With their present names,
 * `getNamesAsStored` could not notice later that another OU has taken the path of such an OU.
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

/** The ids of all OUs that the selectors named at the activation, each once, without the OUs above them. */
export const listStoredOuIds = (stored: StoredOus): readonly string[] => [
  ...new Set(
    Object.entries(stored).flatMap(([path, ous]) => findNamedOus(ous, compileOuPath(path)).map(([id]) => id)),
  ),
];

/** The stored OUs exactly at a path. The OUs above them are stored as well, but have shorter paths. */
export const findNamedOus = (
  ous: OuPathsById,
  { depth }: OuPathTest,
): readonly (readonly [string, string])[] =>
  Object.entries(ous).filter(([, path]) => splitOuPath(path).length === depth);

/**
 * The names of the OUs above an account. An OU that is stored has its name at the activation, and any other OU its
 * present name. The names end before an OU that has taken the path of a stored OU, because the configuration does not
 * mean that OU.
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
 * Whether a selector selects an account. `unresolved`: it selects the account by the OUs of the activation, but not by
 * their present names. Such an account keeps its access and gets no new access.
 */
export type Selection = 'selected' | 'unresolved' | 'not-selected';

/**
 * Whether a selector selects an account. An account keeps access if it is selected by the OUs of the activation. It
 * gets new access only if it is also selected by present names. So if a path names another OU than at the activation,
 * no account loses or gets access by that.
 */
export const evaluateSelection = (selector: Selector, account: Account, stored: StoredOus): Selection =>
  compileSelection(selector, stored)(account);

/** Like `evaluateSelection`, as a function for many accounts. */
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

/** Whether a selector selects an account by the OUs of the activation or by present names. */
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

/** Tests are built once for each selector and activation, because an organization has many accounts. */
const testsAsStored = memoizeByObject((_: StoredOus) => new WeakMap<Selector, SelectorTest>());
