import type { ActiveConfiguration } from '../../configuration/active-configuration.ts';
import { OnboardingError, toErrorRecord } from '../../platform/errors.ts';
import type { Delivery } from '../../store/ports.ts';
import { claimAbandoned } from './claim.ts';
import { type ClaimResult, mergeClaimResults } from './claim-result.ts';
import { claimSecret, type SecretClaim } from './claim-secret.ts';
import { createContext } from './deployment-context.ts';
import { deploymentOf, isInProgress } from './deployments.ts';
import type { KnownProfiles } from './discover.ts';
import { isConfigured, isNewError } from './error-deduplication.ts';
import type { DeploymentServices } from './services.ts';
import { findNamedSecrets, listConfiguredSecrets, type NamedSecret } from './targets.ts';

/**
 * Continues deliveries whose runs have died or suspended them. Also reads which versions of secrets are current,
 * because an event may have been lost. It reads the secrets in the configuration and those that were deployed before. A
 * problem of a secret is reported the first time, and only logged later.
 */
export async function runScheduledCheck(
  services: DeploymentServices,
  active: ActiveConfiguration,
  runId: string,
): Promise<ClaimResult> {
  const { outbox } = services.store;
  const resumesPostponed = (delivery: Delivery) => isWorthARun(services, { ...delivery, runId });
  const abandoned = await claimAbandoned(services, { runId, resumesPostponed });
  const knownProfiles: KnownProfiles = new Map();
  const claim = {
    runId,
    restart: 'never',
    useCachedTargets: false,
    resumesPostponed: false,
    reportKnownErrors: false,
    known: knownProfiles,
  } as const;
  const checkSecrets = (secrets: readonly NamedSecret[]) =>
    mergeClaimResults(secrets.map((secret) => lookAt(services, active, { secret, ...claim })));
  const named = await checkSecrets(listConfiguredSecrets(active.configuration));
  const others = (await outbox.listWatched()).filter((arn) => !isNamed(arn, active));
  const watched = await checkSecrets(others.flatMap((arn) => findNamedSecrets(active.configuration, arn)));
  return mergeClaimResults([abandoned, named, watched]);
}

/**
 * Whether a run should continue this open delivery. None is needed if AppConfig is still working on a deployment after
 * its time limit: the next check reads it again.
 */
async function isWorthARun(services: DeploymentServices, delivery: Delivery): Promise<boolean> {
  const { source, status, deployment = 0, again } = delivery;
  if (status !== 'timed-out' || services.clock.now() >= (again?.until ?? 0)) return true;
  try {
    const context = await createContext(services, delivery);
    return !isInProgress(await deploymentOf(context, delivery, deployment));
  } catch (thrown) {
    const { name } = toErrorRecord(thrown);
    services.logger.warn('A deployment could not be checked', { source, deployment, error: name });
    // A run is needed for a permanent error: it ends the delivery and reports the reason. Example: the environment was
    // deleted.
    return thrown instanceof OnboardingError && !thrown.retryable;
  }
}

/** Checks one secret. If that fails, the other secrets are still checked, and the next check tries again. */
async function lookAt(
  services: DeploymentServices,
  active: ActiveConfiguration,
  claim: SecretClaim,
): Promise<ClaimResult> {
  try {
    return await claimSecret(services, active, claim);
  } catch (thrown) {
    const { secretId } = claim.secret;
    const { name, message } = toErrorRecord(thrown);
    services.logger.warn('A secret could not be checked', { secretId, error: name });
    const isTold =
      thrown instanceof OnboardingError || !(await isNewError(services, { ...active, ...claim }, thrown));
    return { deliveries: [], problems: isTold ? [] : [`${secretId}: ${name}: ${message}`] };
  }
}

const isNamed = (arn: string, { configuration }: ActiveConfiguration): boolean =>
  findNamedSecrets(configuration, arn).some((secret) => isConfigured(secret, configuration));
