import { getApplications } from '../../configuration/applications.ts';
import type { Configuration } from '../../configuration/schema.ts';
import { type SecretTarget, secretDeploymentOf } from '../../configuration/secret-deployment.ts';
import { parseSecretArn, type SecretArnParts } from '../../platform/aws/secret-arn.ts';
import type { DeploymentTarget } from '../../store/ports.ts';

interface AccountAndRegion {
  readonly accountId: string;
  readonly region: string;
}

/** The account and region of a target in the configuration. The target names a central account. */
function placeOf(
  { account, region }: Pick<SecretTarget, 'account' | 'region'>,
  { centralAccounts }: Configuration,
): AccountAndRegion | undefined {
  const central = centralAccounts[account];
  return central === undefined ? undefined : { accountId: central.id, region: region ?? central.region };
}

/** The targets that the configuration names for a secret. If there are any, no others are searched. */
export const listConfiguredTargets = (
  configuration: Configuration,
  secret: SecretArnParts,
): readonly DeploymentTarget[] =>
  secretDeploymentOf(configuration)
    .targets.filter((target) => isOf(target, secret, configuration))
    .flatMap(
      ({ application, environments, profile, strategy = secretDeploymentOf(configuration).strategy }) =>
        environments.map((environment) => ({ application, environment, profile, strategy })),
    );

function isOf(target: SecretTarget, secret: SecretArnParts, configuration: Configuration): boolean {
  const accountRegion = placeOf(target, configuration);
  return (
    [secret.arn, secret.name].includes(target.secret) &&
    accountRegion?.accountId === secret.accountId &&
    accountRegion.region === secret.region
  );
}

/** A secret in the configuration, by a name or ARN that DescribeSecret accepts. */
export interface NamedSecret extends AccountAndRegion {
  readonly secretId: string;
}

/** The secrets of all targets in the configuration, and of the profiles under `applications`, each once. */
export function listConfiguredSecrets(configuration: Configuration): readonly NamedSecret[] {
  const ofTargets = secretDeploymentOf(configuration).targets;
  const ofProfiles = getApplications(configuration).flatMap(({ account, region, profiles }) =>
    profiles.flatMap(({ secret }) => (secret === undefined ? [] : [{ account, region, secret }])),
  );
  const named = [...ofTargets, ...ofProfiles].flatMap(({ secret, ...of }) => {
    const accountRegion = placeOf(of, configuration);
    return accountRegion === undefined ? [] : [{ ...accountRegion, secretId: secret }];
  });
  return [...new Map(named.map((each) => [JSON.stringify(each), each])).values()];
}

/**
 * Finds the secret that an event or an operator names. An ARN has the account and region. A name is searched in the
 * configuration, which may have secrets of this name in several places.
 */
export function findNamedSecrets(configuration: Configuration, secretId: string): readonly NamedSecret[] {
  const arnParts = parseSecretArn(secretId);
  if (arnParts !== undefined) return [{ accountId: arnParts.accountId, region: arnParts.region, secretId }];
  return listConfiguredSecrets(configuration).filter((each) => each.secretId === secretId);
}

/**
 * Whether a profile serves the secret. Its location is then `secretsmanager://` with the secret's name or ARN
 * (AppConfig API reference).
 */
export const isLocationOf = (locationUri: string | undefined, { name, arn }: SecretArnParts): boolean =>
  [`secretsmanager://${name}`, `secretsmanager://${arn}`].includes(locationUri ?? '');
