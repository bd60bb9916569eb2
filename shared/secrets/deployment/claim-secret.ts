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
  /** Whether a suspended delivery continues from its last step. */
  readonly resumesPostponed: boolean;
  readonly secret: NamedSecret;
  /** The version that an operator wants. Absent if nobody asked for a version. */
  readonly versionId?: string;
  /** Whether cached targets may be used instead of a search. */
  readonly useCachedTargets: boolean;
  /** Whether to report a problem that an earlier run has reported already. */
  readonly reportKnownErrors: boolean;
  /** Known profiles. Default: none. */
  readonly known?: KnownProfiles;
}

/**
 * Claims the current version of a secret for each of its targets, and takes over deliveries that other runs have
 * abandoned. A problem of one secret is a line of the result, so that other secrets are still deployed.
 *
 * The scheduled check forgets a secret without targets, and a secret that cannot be deployed because of the secret
 * itself. If anything else prevents the deployment, the secret is checked again.
 * @throws retryable errors
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
 * The current state of a secret. A secret that is deleted or cannot be deployed is not checked any more.
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
 * Explains why a replica without targets is no failure. A rotation sends an event in each region with a replica, and
 * rarely do all of these regions have readers.
 */
const unservedReplica = ({ arn, region, primaryRegion }: CurrentSecret): readonly string[] =>
  primaryRegion === undefined
    ? []
    : [
        `${arn}: it is the replica of a secret in ${primaryRegion}, and no profile in ${region} deploys it. Readers ` +
          `in ${primaryRegion} are served by the event of the secret there; if some in ${region} should be, make a profile`,
      ];

async function forget({ store: { outbox } }: DeploymentServices, secretId: string): Promise<void> {
  if (parseSecretArn(secretId) !== undefined) await outbox.unwatch(secretId);
}
