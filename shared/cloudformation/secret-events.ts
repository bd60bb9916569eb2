import type { Application } from '../configuration/applications.ts';
import { defaultApplicationAccount, getApplications } from '../configuration/applications.ts';
import { listCentralNames } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { SecretTarget } from '../configuration/secret-deployment.ts';

/** An event that starts the deployment of a secret, and the rule for it. */
interface SecretEvent {
  /** The logical id of the rule, in this template and in the hub's. */
  readonly ruleId: string;
  /** The last part of the rule's name. */
  readonly name: string;
  readonly description: string;
  readonly pattern: object;
}

/**
 * The events that start `config-deployment`. The rules in `infrastructure/rules.yml` must have the same patterns. A
 * test compares them. CloudTrail's detail type is not checked, because published rules use two different ones.
 */
export const secretEvents: readonly SecretEvent[] = [
  {
    ruleId: 'SecretLabelRule',
    name: 'secret-labels',
    description: 'A secret has a new current version',
    pattern: {
      source: ['aws.secretsmanager'],
      'detail-type': ['Secret Label Updated'],
      detail: { labelUpdated: ['AWSCURRENT'] },
    },
  },
  {
    ruleId: 'SecretRotationRule',
    name: 'secret-rotations',
    description: 'Secrets Manager has rotated a secret, or could not',
    pattern: {
      source: ['aws.secretsmanager'],
      detail: { eventName: ['RotationSucceeded', 'RotationFailed'] },
    },
  },
  {
    ruleId: 'RotatedSecretRule',
    name: 'rotated-secrets',
    description: 'A rotation function asks for the deployment of a secret',
    pattern: { source: ['account-onboarding.rotation'], 'detail-type': ['Secret Rotated'] },
  },
];

/**
 * The regions in which an account may have secrets to deploy: its own region, the regions of its targets and
 * applications, and `rotation.regions`. Empty if none of its secrets is deployed. An event about a secret is sent only
 * in the account and region of the secret, so each region needs rules.
 */
export const listSecretRegions = (configuration: Configuration, accountId: string): readonly string[] =>
  listRegions(configuration, accountId, listApplicationsIn(configuration, accountId).filter(servesSecrets));

/** Like `listSecretRegions`, plus the regions of applications without secrets. */
export const listDeploymentRegions = (configuration: Configuration, accountId: string): readonly string[] =>
  listRegions(configuration, accountId, listApplicationsIn(configuration, accountId));

function listRegions(
  configuration: Configuration,
  accountId: string,
  applications: readonly Application[],
): readonly string[] {
  const isRotated = hasRotatedSecrets(configuration, accountId);
  if (!isRotated && applications.length === 0) return [];
  const { targets = [], regions = [] } = configuration.secretDeployment ?? {};
  const here = targets.filter(({ account }) => isNamed(configuration, accountId, account));
  const further = [...here, ...applications].flatMap(({ region }) => region ?? []);
  const homes = listCentralNames(configuration, accountId).flatMap(
    (name) => configuration.centralAccounts[name]?.region ?? [],
  );
  return [...new Set([...homes, ...further, ...(isRotated ? regions : [])])];
}

/**
 * Whether `rotation` deploys secrets of an account. If the configuration names targets: only in the targets' accounts,
 * and in the account `configuration`, where operators deploy hosted versions. If it names none: in every central
 * account.
 */
export function hasRotatedSecrets(configuration: Configuration, accountId: string): boolean {
  const { secretDeployment } = configuration;
  if (secretDeployment === undefined) return false;
  const named = secretDeployment.targets.map(({ account }: SecretTarget) => account);
  return (
    named.length === 0 ||
    [defaultApplicationAccount, ...named].some((account) => isNamed(configuration, accountId, account))
  );
}

/** The applications of the configuration that are in an account. */
export const listApplicationsIn = (configuration: Configuration, accountId: string): readonly Application[] =>
  getApplications(configuration).filter(({ account }) => isNamed(configuration, accountId, account));

const servesSecrets = ({ profiles }: Application): boolean =>
  profiles.some(({ secret }) => secret !== undefined);

const isNamed = (configuration: Configuration, accountId: string, name: string): boolean =>
  listCentralNames(configuration, accountId).some((each) => each === name);
