import type { AccountClients } from '../platform/aws/access.ts';
import { OnboardingError } from '../platform/errors.ts';
import type { ReconcileContext } from './context.ts';
import type { DesiredResource } from './desired-resource.ts';
import { digestManagedStatements, listChangedSids } from './digest.ts';

/**
 * Reads what tells this resource from a later one with the same name, such as its creation time
 * (`GrantKind.readIdentity`). If the identity cannot be read, for example for lack of a permission, the run continues
 * without it.
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
 * Whether all managed statements are unchanged. That proves that the resource was not deleted and created again,
 * because a new resource has no managed statements.
 */
export function isKnownResource({ desired, active, state }: ReconcileContext, actual: unknown): boolean {
  const { sids, digests = {} } = state?.managed ?? { sids: [] };
  if (state?.identity === undefined || Object.keys(digests).length === 0) return false;
  const documents = desired.kind.toDocuments(actual, sids);
  const now = digestManagedStatements(documents, active.configuration.installation);
  return listChangedSids(digests, now).length === 0;
}
