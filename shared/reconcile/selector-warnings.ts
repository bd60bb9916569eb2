import { isMember, isUnreadable } from '../accounts/membership.ts';
import { formatOuPath, parseOuEntry, splitOuPath } from '../accounts/ou-path.ts';
import { matchesSelector, type Selector, type SelectorFields } from '../accounts/selector.ts';
import type { ResolvedConfiguration } from '../configuration/active-configuration.ts';
import { formatPath } from '../configuration/messages.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Account } from '../platform/account.ts';
import { findNearest } from '../platform/nearest-name.ts';
import { listUnresolvedPaths } from './unresolved-ous.ts';

/** A selector of the configuration, and the grant or setting that has it. */
interface Owner {
  readonly title: string;
  readonly selector: Selector;
  /**
   * Whether to warn if the selector matches no account. False for the `approval` selector, and if another warning is
   * about a path of the selector.
   */
  readonly gives: boolean;
}

/** The accounts of the registry, and the values that selectors can match. */
interface Known {
  readonly accounts: readonly Account[];
  /** The paths of all OUs that have an account in them or below them. */
  readonly ouPaths: readonly string[];
}

/**
 * Warnings about selectors that are valid but match no account, one line for each cause. Examples: an OU, tag, name or
 * account id that does not exist, or a grant that selects no account. Only OUs with accounts are known.
 * `listUnresolvedPaths` warns about paths whose OUs were renamed, replaced or deleted since the activation.
 */
export function findSelectorWarnings(
  active: Pick<ResolvedConfiguration, 'configuration' | 'ous'>,
  registered: readonly Account[],
): readonly string[] {
  // Nobody knows the OU and the tags of an unreadable account. It may match, so a warning could be wrong.
  if (registered.some(isUnreadable)) return [];
  const registryValues = knownOf(registered);
  const reported = listUnresolvedPaths({ active, accounts: registered, planned: [] }).map(({ path }) => path);
  const owners = ownersIn(active.configuration).map((owner) => withoutPaths(owner, reported));
  const causes = new Map<string, string[]>();
  for (const { title, selector, gives } of owners)
    for (const cause of [
      ...unmatched(selector, registryValues),
      ...(gives ? nobody(selector, registryValues) : []),
    ])
      causes.set(cause, [...(causes.get(cause) ?? []), title]);
  return [...causes].map(([cause, titles]) => `${titles.join(', ')}: ${cause}`);
}

const ownersIn = ({ grants, approval }: Configuration): readonly Owner[] => [
  ...grants.map(({ name, for: selector }) => ({ title: `Grant ${name}`, selector, gives: true })),
  ...(approval === undefined ? [] : [{ title: 'Approval', selector: approval.for, gives: false }]),
];

/**
 * Removes paths about which `listUnresolvedPaths` warns. Accounts may keep access by such a path, so a warning that it
 * matches no account would be wrong.
 */
function withoutPaths({ title, selector, gives }: Owner, paths: readonly string[]): Owner {
  const { ous, ...others } = selector;
  const left = ous?.filter((ou) => !paths.includes(ou));
  if (left === undefined || left.length === ous?.length) return { title, selector, gives };
  return { title, selector: { ...others, ous: left }, gives: false };
}

function knownOf(registered: readonly Account[]): Known {
  const accounts = registered.filter(({ state }) => state !== 'DEPARTED');
  const paths = [...new Set(accounts.map(({ ouPath }) => ouPath))].flatMap(withParents);
  return { accounts, ouPaths: [...new Set(paths)] };
}

/** `A/B` → `A`, `A/B`. */
const withParents = (ouPath: string): readonly string[] => {
  const names = splitOuPath(ouPath);
  return names.map((_, index) => formatOuPath(names.slice(0, index + 1)));
};

const nobody = (selector: Selector, { accounts }: Known): readonly string[] =>
  accounts.some((account) => isMember(account) && matchesSelector(selector, account))
    ? []
    : ['matches 0 accounts. If accounts should have this access, correct `for`'];

const unmatched = ({ except = [], ...fields }: Selector, registryValues: Known): readonly string[] => [
  ...unmatchedFields(fields, registryValues, ['for']),
  ...except.flatMap((each, index) => unmatchedFields(each, registryValues, ['for', 'except', index])),
];

function unmatchedFields(
  { ous = [], tags = {}, names = [], accounts = [] }: SelectorFields,
  registryValues: Known,
  path: readonly PropertyKey[],
): readonly string[] {
  const at = (...more: readonly PropertyKey[]) => formatPath([...path, ...more]);
  return [
    ...ous.flatMap((ou, index) => unmatchedOu(ou, registryValues, at('ous', index))),
    ...Object.entries(tags).flatMap(([key, values]) =>
      [values].flat().flatMap((value) => unmatchedTag({ key, value }, registryValues, at('tags', key))),
    ),
    ...names.flatMap((name, index) => unmatchedName(name, registryValues, at('names', index))),
    ...accounts.flatMap((id, index) => unmatchedId(id, registryValues, at('accounts', index))),
  ];
}

function unmatchedOu(ou: string, registryValues: Known, path: string): readonly string[] {
  if (isMatched({ ous: [ou] }, registryValues)) return [];
  const hint = 'id' in parseOuEntry(ou) ? nearestId(ou, registryValues) : nearestPath(ou, registryValues);
  return [`no account is in the OU ${ou} (${path})${hintText('OU with accounts', hint)}`];
}

function nearestId(id: string, { accounts }: Known): string | undefined {
  const nearest = findNearest(id, new Set(accounts.flatMap(({ parentIds }) => parentIds)));
  const within = accounts.find(({ parentIds }) => nearest !== undefined && parentIds.includes(nearest));
  if (nearest === undefined || within === undefined) return undefined;
  const depth = within.parentIds.indexOf(nearest);
  const path = formatOuPath(splitOuPath(within.ouPath).slice(0, depth));
  return path === '' ? nearest : `${nearest} (${path})`;
}

const encodedSlash = '%2F';

/**
 * The existing path that the user probably meant. The user may have written a plain slash within an OU's name, or only
 * the last OU of the path.
 */
function nearestPath(ou: string, { ouPaths }: Known): string | undefined {
  const spellings = new Map<string, string>();
  for (const path of ouPaths) {
    const names = splitOuPath(path);
    for (const spelling of [path, names.join('/'), ...names.slice(-1)])
      if (!spellings.has(spelling)) spellings.set(spelling, path);
  }
  const nearest = findNearest(ou, spellings.keys());
  const path = nearest === undefined ? undefined : spellings.get(nearest);
  return path?.includes(encodedSlash) === true
    ? `${path} (a slash in a name is written ${encodedSlash})`
    : path;
}

function unmatchedTag(
  { key, value }: { readonly key: string; readonly value: string },
  registryValues: Known,
  path: string,
): readonly string[] {
  if (isMatched({ tags: Object.fromEntries([[key, value]]) }, registryValues)) return [];
  const values = registryValues.accounts.flatMap(({ tags }) =>
    Object.entries(tags).flatMap(([name, each]) => (name === key ? [each] : [])),
  );
  const hint =
    values.length === 0
      ? hintText(
          'tag key',
          findNearest(key, new Set(registryValues.accounts.flatMap(({ tags }) => Object.keys(tags)))),
        )
      : hintText(`value of ${key}`, findNearest(value, new Set(values)));
  return [`no account has the tag ${key}=${value} (${path})${hint}`];
}

function unmatchedName(name: string, registryValues: Known, path: string): readonly string[] {
  if (isMatched({ names: [name] }, registryValues)) return [];
  const hint = findNearest(name, new Set(registryValues.accounts.map((account) => account.name)));
  return [`no account has a name like ${name} (${path})${hintText('name', hint)}`];
}

function unmatchedId(id: string, registryValues: Known, path: string): readonly string[] {
  if (isMatched({ accounts: [id] }, registryValues)) return [];
  const nearest = findNearest(
    id,
    new Set(registryValues.accounts.map((account) => account.id)),
    maxWrongDigits,
  );
  const name = registryValues.accounts.find((account) => account.id === nearest)?.name;
  const hint = nearest === undefined ? undefined : `${nearest} (${name})`;
  return [`account ${id} is not in the organization (${path})${hintText('account', hint)}`];
}

/** How many wrong digits a mistyped account id may have. With more, the id is probably that of another account. */
const maxWrongDigits = 3;

const isMatched = (fields: SelectorFields, { accounts }: Known): boolean =>
  accounts.some((account) => matchesSelector(fields, account));

const hintText = (what: string, hint: string | undefined): string =>
  hint === undefined ? '' : `. The nearest ${what} is ${hint}`;
