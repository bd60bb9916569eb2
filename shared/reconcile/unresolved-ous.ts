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

/** A selector with its owner: the name of a grant, or `approval`. */
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

/** An OU path that no longer names the OUs that it named at the activation. */
export interface UnresolvedPath {
  readonly path: string;
  /** The names of the grants that use the path, or `approval`. */
  readonly usedBy: readonly string[];
  readonly renamed: readonly { readonly id: string; readonly was: string; readonly now: string }[];
  /** OUs that now have the path of another OU, which the path named at the activation. */
  readonly replaced: readonly { readonly id: string; readonly path: string }[];
  readonly deleted: readonly { readonly id: string; readonly was: string }[];
  /** Accounts that keep their access, and accounts that get none, as long as the path is unresolved. */
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
  /** The planned resources. They show which accounts have access now. */
  readonly planned: readonly PlannedResource[];
  /** Default: none is known. */
  readonly emptyOus?: EmptyOus;
}

/** The OU paths of a configuration that changed their meaning since the activation, ordered. Pure. */
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
 * Tests whether an OU has taken the path of a stored OU. The path is built from the present names, or from the stored
 * names of the OUs above.
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

/** Whether a path selects an account by the present names but not by the stored OUs, or the other way round. */
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

/** Whether the account gets no access although the present names select it, because the stored OUs do not. */
const isShut = (selector: Selector, account: Account, ous: StoredOus): boolean =>
  matchesSelector(selector, account) && evaluateSelection(selector, account, ous) === 'not-selected';

/**
 * Whether an operator must decide before the path gives new access. A path whose OU was only deleted needs no decision,
 * because it gives no access.
 */
export const isIncomplete = ({ renamed, replaced }: UnresolvedPath): boolean =>
  renamed.length + replaced.length > 0;

/** Says what happened to the path, which accounts it affects, and what to do next. */
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
