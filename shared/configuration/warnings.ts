import { getGrantKind } from '../grants/kinds.ts';
import { findMemberRoleWarnings } from './member-role-warnings.ts';
import type { PathFinding } from './messages.ts';
import type { Configuration } from './schema.ts';

/** Warnings about parts of a configuration that are valid but unusual, or that cannot work. */
export const findConfigurationWarnings = (configuration: Configuration): readonly PathFinding[] => [
  ...sharedAccounts(configuration),
  ...findMemberRoleWarnings(configuration),
  ...configuration.grants.flatMap((entry, index) =>
    (getGrantKind(entry.kind).listWarnings?.(entry) ?? []).map(({ field, message }) => ({
      path: ['grants', index, field],
      message,
    })),
  ),
];

/**
 * Warns if two central accounts have the same id. A small organization may want that, but it may also be a copied id
 * that somebody forgot to change.
 */
function sharedAccounts({ centralAccounts }: Configuration): readonly PathFinding[] {
  const accounts = Object.entries(centralAccounts);
  return accounts.flatMap(([name, account], index) => {
    const other = accounts.slice(0, index).find(([, { id }]) => id === account.id)?.[0];
    if (other === undefined) return [];
    const message = `is also the id of the ${other} account (${account.id}); if they are two accounts, correct one of the ids`;
    return [{ path: ['centralAccounts', name, 'id'], message }];
  });
}
