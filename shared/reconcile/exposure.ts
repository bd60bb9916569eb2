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
 * Stops a plan whose managed statements would give access outside the organization.
 * @param kept accounts that left the organization and may still be named for now, for example in a grace period
 * @throws UnsafeChangeError if a statement admits any other principal
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
    // The trail of a whole organization belongs to the management account, so a policy may name it. The registry may
    // not have this account.
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
