import { createHash } from 'node:crypto';
import type { GrantContext } from '../grants/contract.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import type { Configuration } from './schema.ts';

/** What grant kinds may know of a configuration. */
export const getGrantContext = memoizeByObject((configuration: Configuration): GrantContext => {
  const { partition, organization, installation, limits, centralAccounts, memberRoles = [] } = configuration;
  return {
    partition,
    organizationId: organization.id,
    managementAccountId: organization.managementAccount,
    installationId: installation,
    limits,
    centralAccounts,
    memberRoles,
  };
});

/** The names that the central account `id` has; one account may have several. */
export const listCentralNames = (
  { centralAccounts }: Configuration,
  id: string,
): readonly CentralAccountName[] =>
  Object.entries(centralAccounts)
    .filter(([, account]) => account.id === id)
    .map(([name]) => name);

/** Two files that mean the same have one hash. */
export const hashConfiguration = (configuration: Configuration): string => hashCanonically(configuration);

/** SHA-256 of a value's JSON with the keys of every object in order, hexadecimal. */
export const hashCanonically = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value, ordered)).digest('hex');

const ordered = (_: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
