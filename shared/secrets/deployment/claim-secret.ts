import type { ActiveConfiguration } from '../../configuration/active-configuration.ts';
import { secretDeploymentOf } from '../../configuration/secret-deployment.ts';
import type { AccountClients } from '../../platform/aws/access.ts';
import { ResourceMissingError } from '../../platform/aws/errors.ts';
import { parseSecretArn } from '../../platform/aws/secret-arn.ts';
import { loadTargets } from './cached-targets.ts';
import { type Claim, claimAbandoned, claimOrReport } from './claim.ts';
import { type ClaimResult, formatProblem, mergeClaimResults } from './claim-result.ts';
import { type CurrentSecret, readCurrentSecret } from './current-version.ts';
import type { KnownProfiles } from './discover.ts';
import { forgetError, isNewError } from './error-deduplication.ts';
import { SecretNotDeployableError } from './errors.ts';
import type { DeploymentServices } from './services.ts';
import { listConfiguredTargets, type NamedSecret } from './targets.ts';

export interface SecretClaim extends Claim {
  /** Whether a delivery that was suspended continues where it stopped. Otherwise it begins again. */
  readonly resumesPostponed: boolean;
  readonly secret: NamedSecret;
  /** The version that an operator has requested. Absent if the run deploys the current version. */
  readonly versionId?: string;
  /** Whether stored targets of an earlier search may be used instead of a new search. */
  readonly useCachedTargets: boolean;
  /** Whether to report a problem even if an earlier run has already reported it. */
  readonly reportKnownErrors: boolean;
  /** Profiles that were already listed. Default: none. */
  readonly known?: KnownProfiles;
}

/**
 * Stores a delivery of a secret's current version for each of its targets, and takes over deliveries whose runs have
 * died. A problem of this secret becomes a line of the result, so that other secrets are still deployed. The scheduled
 * check stops to read a secret that has no targets, or that itself is the reason why it cannot be deployed, for example
 * because it was deleted. If something else prevents the deployment, the check reads the secret again.
 * @throws errors that can be retried
 */
export async function claimSecret(
  services: DeploymentServices,
  active: ActiveConfiguration,
  claim: SecretClaim,
): Promise<ClaimResult> {
  const { secret, runId, versionId, useCachedTargets, known } = claim;
  const since = services.clock.now();
  try {
    const clients = services.aws(runId, active.configuration).getReader(secret);
    const current = await describe(services, clients, secret);
    const { strategy } = secretDeploymentOf(active.configuration);
    const configured = listConfiguredTargets(active.configuration, current);
    const { targets, remember } =
      configured.length > 0
        ? { targets: configured, remember: async () => {} }
        : await loadTargets(services, current, {
            client: clients.appConfig,
            strategy,
            useCachedTargets,
            known,
            since,
          });
    if (targets.length === 0) await forget(services, current.arn);
    if (versionId !== undefined && versionId !== current.version)
      return { deliveries: [], problems: [notCurrent(current, versionId)] };
    const { arn: source, version, accountId, region } = current;
    const left = await claimAbandoned(services, {
      runId,
      source,
      resumesPostponed: () => claim.resumesPostponed,
    });
    const claims = targets.map((target) =>
      claimOrReport(services, { source, version, accountId, region, target }, claim),
    );
    const claimed = await Promise.all(claims);
    await remember();
    if (!claim.reportKnownErrors) await forgetError(services, { ...active, secret }, since);
    const warnings = targets.length === 0 ? unservedReplica(current) : [];
    return await mergeClaimResults([left, ...claimed, { deliveries: [], problems: [], warnings }]);
  } catch (thrown) {
    const problem = formatProblem(secret.secretId, thrown);
    const news = await isNewError(services, { ...active, secret, runId }, thrown);
    if (!news && !claim.reportKnownErrors)
      services.logger.warn('A secret still cannot be deployed', { problem });
    return { deliveries: [], problems: news || claim.reportKnownErrors ? [problem] : [] };
  }
}

/**
 * Reads a secret without its value. If it is deleted or cannot be deployed, the scheduled check stops to read it.
 * @throws the errors of `readCurrentSecret`
 */
async function describe(
  services: DeploymentServices,
  { secretsManager }: AccountClients,
  { secretId }: NamedSecret,
): Promise<CurrentSecret> {
  try {
    return await readCurrentSecret(secretsManager, secretId);
  } catch (thrown) {
    const isItsOwn = thrown instanceof ResourceMissingError || thrown instanceof SecretNotDeployableError;
    if (isItsOwn) await forget(services, secretId);
    throw thrown;
  }
}

const notCurrent = ({ arn, version }: CurrentSecret, versionId: string): string =>
  `${arn}: superseded: version ${versionId} is not AWSCURRENT, ${version} is`;

/**
 * Explains why a replica without targets is no failure. A rotation sends an event in every region with a replica, and
 * readers are rarely in all of them.
 */
const unservedReplica = ({ arn, region, primaryRegion }: CurrentSecret): readonly string[] =>
  primaryRegion === undefined
    ? []
    : [
        `${arn}: it is the replica of a secret in ${primaryRegion}, and no profile in ${region} deploys it. Readers ` +
          `in ${primaryRegion} are served by the event of the secret there; if readers in ${region} need it, create a profile there`,
      ];

async function forget({ store: { outbox } }: DeploymentServices, secretId: string): Promise<void> {
  if (parseSecretArn(secretId) !== undefined) await outbox.unwatch(secretId);
}
