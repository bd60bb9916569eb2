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
 * @param kept accounts that are no members and may still be named for now
 * @throws UnsafeChangeError if a managed statement would admit more than the organization's accounts
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
    // The management account owns the trail of a whole organization. Statements for it are allowed even if the registry
    // does not have it.
    accountIds: { has: (id: string) => members.has(id) || others.has(id) || id === managementAccount },
    organizationId: configuration.organization.id,
  };
  const documents = Object.values(desired.kind.toDocuments(next, owned));
  const exposures = documents.flatMap((document) =>
    findExposures(listManagedStatements(document, configuration.installation), allowed),
  );
  if (exposures.length === 0) return;
  throw new UnsafeChangeError(
    `${desired.key}: ${exposures.map(({ sid, why }) => `${sid}: ${why}`).join('; ')}. Nothing was written`,
    { resource: desired.key, exposures: exposures },
  );
}
