import type { AppConfigClient } from '@aws-sdk/client-appconfig';
import type { SecretArnParts } from '../../platform/aws/secret-arn.ts';
import type { DeploymentTarget } from '../../store/ports.ts';
import { findTargets, type KnownProfiles } from './discover.ts';
import { selectLaterError } from './error-deduplication.ts';
import type { DeploymentServices } from './services.ts';

/**
 * How long stored targets are used without a new search, in milliseconds. The scheduled check runs four times in this
 * time.
 */
const beliefTime = 3_600_000;

interface LoadTargetsRequest {
  readonly client: AppConfigClient;
  readonly strategy: string;
  /** Whether stored targets of an earlier search may be used instead of a new search. */
  readonly useCachedTargets: boolean;
  /** When the check of the secret began, in milliseconds since the epoch. */
  readonly since: number;
  /** Profiles that were already listed. Default: none. */
  readonly known?: KnownProfiles | undefined;
}

export interface LoadedTargets {
  readonly targets: readonly DeploymentTarget[];
  /**
   * Stores the targets of the search, and deletes stored errors from before the check began. Called after a delivery
   * was stored for every target.
   */
  remember(): Promise<void>;
}

/**
 * The targets of a secret for which the configuration names none: stored targets of an earlier search, or the result of
 * a new search.
 */
export async function loadTargets(
  { store: { outbox }, clock }: DeploymentServices,
  secret: SecretArnParts,
  { client, strategy, useCachedTargets, known, since }: LoadTargetsRequest,
): Promise<LoadedTargets> {
  const now = clock.now();
  const remembered = useCachedTargets ? await outbox.getRememberedTargets(secret.arn) : undefined;
  if (remembered !== undefined && now - remembered.at < beliefTime)
    return {
      targets: remembered.targets.map((target) => ({ ...target, strategy })),
      remember: async () => {},
    };
  const foundTargets = await findTargets(secret, { client, strategy, known });
  const targets = foundTargets.map(({ strategy: _, ...target }) => target);
  return {
    targets: foundTargets,
    remember: async () => {
      if (targets.length === 0) return;
      const later = selectLaterError(await outbox.getRememberedTargets(secret.arn), since);
      await outbox.rememberTargets(secret.arn, { targets, at: now, ...later });
    },
  };
}
