import type { AccountClients } from '../platform/aws/access.ts';
import { OnboardingError } from '../platform/errors.ts';
import type { DesiredResource } from './desired-resource.ts';

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
