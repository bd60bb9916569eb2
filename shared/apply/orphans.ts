import { InvalidPrincipalError, OrphanedPrincipalError } from '../errors.ts';
import type { DesiredResource } from '../plan/desired.ts';
import { orphansOf, orphansText } from '../plan/orphans.ts';

/** How to tell what is ours in a state. */
interface Ours {
  readonly owned: readonly string[];
  readonly deploymentId: string;
}

/** Whether a statement of others names somebody who was deleted. */
export const hasOrphans = (
  { kind }: DesiredResource,
  actual: unknown,
  { owned, deploymentId }: Ours,
): boolean => orphansOf(kind.documents(actual, owned), deploymentId).length > 0;

/**
 * The reason of a refusal for which no account is to blame: a statement of others names somebody who was deleted. Not
 * looked for before AWS has refused, since whether each service does is not confirmed.
 */
export function becauseOfOrphans(
  { kind, key }: DesiredResource,
  actual: unknown,
  { owned, deploymentId }: Ours,
) {
  return (refused: unknown): never => {
    const orphans = orphansOf(kind.documents(actual, owned), deploymentId);
    if (!(refused instanceof InvalidPrincipalError) || orphans.length === 0) throw refused;
    throw new OrphanedPrincipalError(
      `${key}: AWS refuses every write of this policy, since ${orphansText(orphans)}. The statement is not ours, so it ` +
        'was not touched, and nothing was written. Whoever owns it must take the id out, or name a principal that exists; ' +
        'the next run writes what is waiting',
      { resource: key, orphans },
      refused,
    );
  };
}
