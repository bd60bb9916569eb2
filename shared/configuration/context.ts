import { createHash } from 'node:crypto';
import type { GrantContext } from '../grants/contract.ts';
import type { CentralAccountName, Configuration } from './schema.ts';

/** What grant kinds may know of a configuration. */
export function grantContext(configuration: Configuration): GrantContext {
  const { partition, organization, deployment, limits, centralAccounts } = configuration;
  const configured = Object.entries(centralAccounts).flatMap(([name, account]) =>
    account === undefined ? [] : [[name, account] as const],
  );
  return {
    partition,
    organizationId: organization.id,
    deploymentId: deployment,
    limits,
    centralAccounts: Object.fromEntries(configured),
  };
}

/** The names that the central account `id` has; one account may have several. */
export const centralNamesOf = (
  { centralAccounts }: Configuration,
  id: string,
): readonly CentralAccountName[] =>
  (Object.entries(centralAccounts) as [CentralAccountName, { id: string } | undefined][])
    .filter(([, account]) => account?.id === id)
    .map(([name]) => name);

/** SHA-256 of the canonical form, hexadecimal: two files that mean the same have one hash. */
export const configurationHash = (configuration: Configuration): string =>
  createHash('sha256').update(canonical(configuration)).digest('hex');

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
