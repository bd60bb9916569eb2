import type { AccountClients } from '../platform/aws/access.ts';
import { OnboardingError } from '../platform/errors.ts';
import type { ReconcileContext } from './context.ts';
import type { DesiredResource } from './desired-resource.ts';
import { digestManagedStatements, listChangedSids } from './digest.ts';

/**
 * The identity of a resource, such as its creation time (`GrantKind.readIdentity`). If it cannot be read, for example
 * for lack of a permission, the run continues without it.
 */
export async function readIdentity(
  { kind, ref }: DesiredResource,
  clients: AccountClients,
  state: unknown,
): Promise<string | undefined> {
  try {
    return await kind.readIdentity?.(clients, ref, state);
  } catch (error) {
    if (error instanceof OnboardingError) return undefined;
    throw error;
  }
}

/**
 * Whether a read state proves that the resource is the one of the last reconciliation: every managed statement is
 * unchanged. A resource that was deleted and created again has no statements.
 */
export function isKnownResource({ desired, active, state }: ReconcileContext, actual: unknown): boolean {
  const { sids, digests = {} } = state?.managed ?? { sids: [] };
  if (state?.identity === undefined || Object.keys(digests).length === 0) return false;
  const documents = desired.kind.toDocuments(actual, sids);
  const now = digestManagedStatements(documents, active.configuration.installation);
  return listChangedSids(digests, now).length === 0;
}
