import type { ActiveConfiguration } from '../../configuration/active-configuration.ts';
import { errorRecord, OnboardingError } from '../../platform/errors.ts';
import type { Delivery } from '../../store/ports.ts';
import { claimAbandoned } from './claim.ts';
import { type Found, together } from './claim-result.ts';
import { claimSecret, type SecretClaim } from './claim-secret.ts';
import { handFor } from './deployment-context.ts';
import { deploymentOf, isInProgress } from './deployments.ts';
import type { KnownProfiles } from './discover.ts';
import { isConfigured, isNews } from './error-deduplication.ts';
import type { DeploymentServices } from './services.ts';
import { configuredSecrets, type NamedSecret, namedSecrets } from './targets.ts';

/**
 * What runs have left behind or given up for the time being, and the current versions of the secrets whose events may
 * not have come: those that the configuration names, and those that were deployed before. Trouble with one of them is told
 * the first time, and logged only as long as it lasts.
 */
export async function lookAround(
  services: DeploymentServices,
  active: ActiveConfiguration,
  runId: string,
): Promise<Found> {
  const { outbox } = services.store;
  const takesUp = (delivery: Delivery) => isWorthARun(services, { ...delivery, runId });
  const abandoned = await claimAbandoned(services, { runId, takesUp });
  const known: KnownProfiles = new Map();
  const claim = { runId, again: 'never', believes: false, takesUp: false, repeats: false, known } as const;
  const look = (secrets: readonly NamedSecret[]) =>
    together(secrets.map((secret) => lookAt(services, active, { secret, ...claim })));
  const named = await look(configuredSecrets(active.configuration));
  const others = (await outbox.watched()).filter((arn) => !isNamed(arn, active));
  const watched = await look(others.flatMap((arn) => namedSecrets(active.configuration, arn)));
  return together([abandoned, named, watched]);
}

/** A deployment that still goes on when its time is over needs no run; the next look asks again. */
async function isWorthARun(services: DeploymentServices, delivery: Delivery): Promise<boolean> {
  const { source, status, deployment = 0, again } = delivery;
  if (status !== 'timed-out' || services.clock.now() >= (again?.until ?? 0)) return true;
  try {
    const hand = await handFor(services, delivery);
    return !isInProgress(await deploymentOf(hand, delivery, deployment));
  } catch (thrown) {
    const { name } = errorRecord(thrown);
    services.logger.warn('A deployment could not be looked at', { source, deployment, error: name });
    // What does not pass by itself is for a run, which ends the delivery and says why: its environment may be gone.
    return thrown instanceof OnboardingError && !thrown.retryable;
  }
}

/** What keeps one secret from being looked at keeps no other from it; the next look tries again what a retry helps. */
async function lookAt(
  services: DeploymentServices,
  active: ActiveConfiguration,
  claim: SecretClaim,
): Promise<Found> {
  try {
    return await claimSecret(services, active, claim);
  } catch (thrown) {
    const { secretId } = claim.secret;
    const { name, message } = errorRecord(thrown);
    services.logger.warn('A secret could not be looked at', { secretId, error: name });
    const isTold =
      thrown instanceof OnboardingError || !(await isNews(services, { ...active, ...claim }, thrown));
    return { deliveries: [], problems: isTold ? [] : [`${secretId}: ${name}: ${message}`] };
  }
}

const isNamed = (arn: string, { configuration }: ActiveConfiguration): boolean =>
  namedSecrets(configuration, arn).some((secret) => isConfigured(secret, configuration));
