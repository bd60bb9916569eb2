import type { Configuration } from '../configuration/schema.ts';
import type { Rendering } from '../grants/contract.ts';
import { UnsafeChangeError } from '../grants/errors.ts';
import { listManagedStatements } from '../iam/managed-statements.ts';
import { findExposures } from '../iam/safety.ts';
import type { Account } from '../platform/account.ts';
import type { DesiredResource } from './desired-resource.ts';
import { getRegistryIndex } from './registry-index.ts';

interface Rendered {
  readonly desired: DesiredResource;
  readonly configuration: Configuration;
  /** All accounts of the registry. */
  readonly accounts: readonly Account[];
}

/**
 * @param kept accounts that may be named for now, although they are no members
 * @throws UnsafeChangeError if a managed statement would reach too far
 */
export function assertNoExposure(
  { desired, configuration, accounts }: Rendered,
  { next, owned }: Rendering<unknown>,
  kept: readonly string[],
): void {
  const { members } = getRegistryIndex(accounts);
  const { managementAccount } = configuration.organization;
  const others = new Set(kept);
  const allowed = {
    // The management account owns a trail of the whole organization, and may be missing in the registry.
    accountIds: { has: (id: string) => members.has(id) || others.has(id) || id === managementAccount },
    organizationId: configuration.organization.id,
  };
  const documents = Object.values(desired.kind.toDocuments(next, owned));
  const found = documents.flatMap((document) =>
    findExposures(listManagedStatements(document, configuration.installation), allowed),
  );
  if (found.length === 0) return;
  throw new UnsafeChangeError(
    `${desired.key}: ${found.map(({ sid, why }) => `${sid}: ${why}`).join('; ')}. Nothing was written`,
    { resource: desired.key, exposures: found },
  );
}
