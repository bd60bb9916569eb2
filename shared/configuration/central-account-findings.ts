import { centralAccountNameSchema, getMaxNameLength } from '../platform/central-accounts.ts';
import { findNearestWord } from '../platform/nearest-name.ts';
import { defaultApplicationAccount } from './applications.ts';
import { type PathFinding, suggestWord } from './messages.ts';
import type { Configuration } from './schema.ts';

/**
 * Checks central accounts. Their names must not be too long, because the names of functions and roles contain them. If
 * one account has several names, all must have the same spoke role.
 */
export function checkCentralAccounts(configuration: Configuration): readonly PathFinding[] {
  const { centralAccounts, installation } = configuration;
  const maxLength = getMaxNameLength(installation);
  const accounts = Object.entries(centralAccounts);
  return accounts.flatMap(([name, account], index) => {
    const path = ['centralAccounts', name];
    const before = accounts.slice(0, index).find(([, { id }]) => id === account.id);
    return [
      ...(name.length <= maxLength ? [] : [{ path, message: describeLength(installation, maxLength) }]),
      ...(before === undefined || roleOf(account, configuration) === roleOf(before[1], configuration)
        ? []
        : [{ path: [...path, 'role'], message: describeOtherRole(account.id, before[0]) }]),
    ];
  });
}

const describeLength = (installation: string, maxLength: number): string =>
  `must have a name of at most ${maxLength} characters with installation ${installation}, since the names of its function ` +
  'and of its role have 64 characters at most';

const describeOtherRole = (id: string, other: string): string =>
  `must be the role of ${other} too, since account ${id} has one role for all its names`;

const roleOf = (
  { role }: Configuration['centralAccounts'][string],
  { spokeRole }: Pick<Configuration, 'spokeRole'>,
): string => role ?? spokeRole;

/**
 * A list in the file whose entries may name a central account. Has the path of the list, and the account that an entry
 * without a name means.
 */
interface NamingList {
  readonly path: readonly PropertyKey[];
  readonly entries: unknown;
  readonly defaultAccount?: string;
}

/** Finds entries that name a central account which does not exist. Works even if the file has other mistakes. */
export function findMissingAccounts(value: unknown): readonly PathFinding[] {
  const { centralAccounts, grants, applications, secretDeployment } = fields(value);
  const accountNames = Object.keys(fields(centralAccounts));
  // If the file has no central accounts at all, another finding says so, and that is enough.
  if (accountNames.length === 0) return [];
  const lists: readonly NamingList[] = [
    { path: ['grants'], entries: grants },
    { path: ['applications'], entries: applications, defaultAccount: defaultApplicationAccount },
    { path: ['secretDeployment', 'targets'], entries: fields(secretDeployment).targets },
  ];
  return lists.flatMap((list) => findMissing(list, accountNames));
}

function findMissing(
  { path, entries, defaultAccount }: NamingList,
  accountNames: readonly string[],
): readonly PathFinding[] {
  if (!Array.isArray(entries)) return [];
  return entries.map(fields).flatMap(({ account = defaultAccount }, index) => {
    const name = centralAccountNameSchema.safeParse(account).data;
    if (name === undefined || accountNames.includes(name)) return [];
    const hint = suggestWord(findNearestWord(name, accountNames));
    const message = `must be among centralAccounts, but ${name} is not; add it there, or name another account${hint}`;
    return [{ path: [...path, index, 'account'], message }];
  });
}

const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? { ...value } : {};
