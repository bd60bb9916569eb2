import { isMember } from '../accounts/membership.ts';
import { formatOuPath, splitOuPath } from '../accounts/ou-path.ts';
import {
  compileOuPath,
  listSelectorOuPaths,
  matchesSelector,
  type OuPathTest,
  type Selector,
} from '../accounts/selector.ts';
import {
  buildOuTree,
  deleted,
  type EmptyOus,
  evaluateSelection,
  findNamedOus,
  getNamesAsStored,
  noStoredOus,
  type OuTree,
  type StoredOus,
} from '../accounts/stored-ous.ts';
import type { ResolvedConfiguration } from '../configuration/active-configuration.ts';
import type { Configuration } from '../configuration/schema.ts';
import { type Account, formatAccounts } from '../platform/account.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listGrantNames } from './desired-resources.ts';
import type { UnresolvedAccounts } from './plan-types.ts';

/** A selector and what it belongs to: the name of a grant, or `approval`. */
interface NamedSelector {
  readonly name: string;
  readonly selector: Selector;
}

const selectorsIn = ({ grants, approval }: Configuration): readonly NamedSelector[] => [
  ...grants.map((entry) => ({ name: entry.name, selector: entry.for })),
  ...(approval === undefined ? [] : [{ name: 'approval', selector: approval.for }]),
];

/** The OU paths in all selectors of a configuration, each once, ordered. */
export const listOuPaths = (configuration: Configuration): readonly string[] =>
  [...new Set(selectorsIn(configuration).flatMap(({ selector }) => listSelectorOuPaths(selector)))].sort();

/**
 * An OU path in the configuration that named other OUs when the configuration was activated. OUs were renamed, replaced
 * or deleted since then.
 */
export interface UnresolvedPath {
  readonly path: string;
  /** The names of the grants that have the path in a selector, or `approval`. */
  readonly usedBy: readonly string[];
  readonly renamed: readonly { readonly id: string; readonly was: string; readonly now: string }[];
  /** OUs that now have a path at which there was another OU at the activation. */
  readonly replaced: readonly { readonly id: string; readonly path: string }[];
  readonly deleted: readonly { readonly id: string; readonly was: string }[];
  /** Accounts that keep their access, and accounts that get none, until an operator activates a configuration again. */
  readonly kept: readonly Account[];
  readonly notAdded: readonly Account[];
}

export interface PlannedResource {
  readonly desired: DesiredResource;
  readonly plan?: { readonly unresolved?: UnresolvedAccounts | undefined } | undefined;
}

export interface UnresolvedSource {
  readonly active: Pick<ResolvedConfiguration, 'configuration' | 'ous'>;
  readonly accounts: readonly Account[];
  /** The resources with their plans. They show which accounts have access now. */
  readonly planned: readonly PlannedResource[];
  /** OUs without accounts, which the registry does not have. Default: none is known. */
  readonly emptyOus?: EmptyOus;
}

/** The OU paths of a configuration that named other OUs at the activation, ordered. Pure. */
export function listUnresolvedPaths(source: UnresolvedSource): readonly UnresolvedPath[] {
  const { configuration, ous = noStoredOus } = source.active;
  const tree = new Map([...(source.emptyOus ?? []), ...buildOuTree(source.accounts)]);
  return listOuPaths(configuration).flatMap((path) => {
    const stored = ous[path];
    if (stored === undefined) return [];
    const test = compileOuPath(path);
    const changed = changesOf(stored, test, tree);
    if (Object.values(changed).every((each) => each.length === 0)) return [];
    const users = selectorsIn(configuration).filter(({ selector }) =>
      listSelectorOuPaths(selector).includes(path),
    );
    const concerned = source.accounts.filter(isMember).filter(isConcerned(stored, test));
    const usedBy = users.map(({ name }) => name);
    return [{ path, usedBy, ...changed, ...accountsOf({ ...source, ous, users, concerned }) }];
  });
}

type OuChanges = Pick<UnresolvedPath, 'renamed' | 'replaced' | 'deleted'>;

function changesOf(stored: Readonly<Record<string, string>>, test: OuPathTest, tree: OuTree): OuChanges {
  const named = findNamedOus(stored, test).map(([id, was]) => ({ id, was, now: tree.get(id) }));
  const isReplacement = replacementTest(stored, tree);
  return {
    renamed: named.flatMap(({ id, was, now }) =>
      now === undefined || now === deleted || test.test(splitOuPath(now)) ? [] : [{ id, was, now }],
    ),
    replaced: [...tree].flatMap(([id, path]) => (isReplacement(id, path) ? [{ id, path }] : [])),
    deleted: named.flatMap(({ id, was, now }) => (now === deleted ? [{ id, was }] : [])),
  };
}

/**
 * Tests whether an OU now has the path that another OU had at the activation. The path is compared by the present names
 * of the OUs above, and by their names at the activation.
 */
function replacementTest(stored: Readonly<Record<string, string>>, tree: OuTree) {
  const paths = new Set(Object.values(stored));
  const idAt = new Map([...tree].map(([id, path]) => [path, id]));
  return (id: string, path: string): boolean => {
    if (stored[id] !== undefined || path === deleted) return false;
    const names = splitOuPath(path);
    const ids = names.map((_, index) => idAt.get(formatOuPath(names.slice(0, index + 1))) ?? '');
    const storedNames = getNamesAsStored(stored, { parentIds: ['', ...ids], ouPath: path });
    return paths.has(path) || storedNames.length === names.length - 1;
  };
}

/**
 * Whether the path selects the account only by the present names of its OUs, or only by their names at the activation.
 */
const isConcerned =
  (stored: Readonly<Record<string, string>>, { test }: OuPathTest) =>
  (account: Account): boolean =>
    test(getNamesAsStored(stored, account)) !== test(splitOuPath(account.ouPath));

function accountsOf({
  planned,
  ous,
  users,
  concerned,
}: Pick<UnresolvedSource, 'planned'> & {
  readonly ous: StoredOus;
  readonly users: readonly NamedSelector[];
  readonly concerned: readonly Account[];
}): Pick<UnresolvedPath, 'kept' | 'notAdded'> {
  const names = users.map(({ name }) => name);
  const plans = planned
    .filter(({ desired }) => listGrantNames(desired).some((grant) => names.includes(grant)))
    .flatMap(({ plan }) => plan?.unresolved ?? []);
  const keeping = new Set(plans.flatMap(({ kept }) => kept));
  const refused = new Set(plans.flatMap(({ notAdded }) => notAdded));
  const isRefused = (account: Account): boolean =>
    refused.has(account.id) ||
    users.some(({ name, selector }) => name !== 'approval' && isShut(selector, account, ous));
  return {
    kept: concerned.filter(({ id }) => keeping.has(id)),
    notAdded: concerned.filter((account) => !keeping.has(account.id) && isRefused(account)),
  };
}

/** Whether the account gets no access: the path names its OU now, but did not name this OU at the activation. */
const isShut = (selector: Selector, account: Account, ous: StoredOus): boolean =>
  matchesSelector(selector, account) && evaluateSelection(selector, account, ous) === 'not-selected';

/**
 * Whether the path gives no new access until an operator decides. If its OU was only deleted, there is nothing to
 * decide.
 */
export const isIncomplete = ({ renamed, replaced }: UnresolvedPath): boolean =>
  renamed.length + replaced.length > 0;

/** Says what happened to the path, which accounts that affects, and what the operator should do. */
export function formatUnresolvedPaths(unresolved: UnresolvedPath): string {
  const { path, usedBy, renamed, replaced, deleted, kept, notAdded } = unresolved;
  return [
    `The path ${path} (${usedByText(usedBy)}) no longer names the OUs that it named when the configuration was activated.`,
    ...renamed.map(({ id, was, now }) => `The OU ${id} was ${was} and is now ${now}.`),
    ...replaced.map(({ id, path: at }) => `${at} is now another OU: ${id}.`),
    ...deleted.map(({ id, was }) => `The OU ${id}, which was ${was}, was deleted, so it gives no access.`),
    ...(kept.length === 0 ? [] : [`${counted(kept)} the access that they had: ${accountsText(kept)}.`]),
    ...(notAdded.length === 0 ? [] : [`Not added: ${accountsText(notAdded)}.`]),
    isIncomplete(unresolved)
      ? 'Until a configuration is activated, this path gives no account new access.'
      : '',
    'Correct the path if it should name another OU, then run `onboarding activate`',
  ]
    .filter((sentence) => sentence !== '')
    .join(' ');
}

const usedByText = (names: readonly string[]): string => {
  const grants = names.filter((name) => name !== 'approval');
  const parts = [
    ...(grants.length === 0 ? [] : [`${grants.length === 1 ? 'grant' : 'grants'} ${grants.join(', ')}`]),
    ...(names.includes('approval') ? ['approval'] : []),
  ];
  return parts.join(' and ');
};

const counted = (accounts: readonly Account[]): string =>
  accounts.length === 1 ? '1 account keeps' : `${accounts.length} accounts keep`;

/** How many accounts a line names at most. */
const maxAccounts = 10;

const accountsText = (accounts: readonly Account[]): string => formatAccounts(accounts, maxAccounts);
