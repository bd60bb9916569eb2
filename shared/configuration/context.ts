import { createHash } from 'node:crypto';
import type { GrantContext } from '../grants/contract.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import { memoizeByObject } from '../platform/memoize.ts';
import type { Configuration } from './schema.ts';

/** The parts of a configuration that grant kinds may use. Cached. */
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

/** The names of the central account with this id. An account may have several names. */
export const listCentralNames = (
  { centralAccounts }: Configuration,
  id: string,
): readonly CentralAccountName[] =>
  Object.entries(centralAccounts)
    .filter(([, account]) => account.id === id)
    .map(([name]) => name);

/** A hash of the configuration. Two files that mean the same have the same hash. */
export const hashConfiguration = (configuration: Configuration): string => hashCanonically(configuration);

/** SHA-256 in hexadecimal of a value's JSON, with the keys of every object in order. */
export const hashCanonically = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value, ordered)).digest('hex');

const ordered = (_: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
