import type { Application } from '../configuration/applications.ts';
import { defaultApplicationAccount, getApplications } from '../configuration/applications.ts';
import { listCentralNames } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { SecretTarget } from '../configuration/secret-deployment.ts';

/** What tells that a secret is to be deployed. */
interface SecretEvent {
  /** The rule's resource in the template; the rule of the hub has the same name. */
  readonly ruleId: string;
  /** The end of the rule's name. */
  readonly name: string;
  readonly description: string;
  readonly pattern: object;
}

/**
 * The events that start `config-deployment`: the rules of `infrastructure/rules.yml` have the same patterns, which a
 * test compares. CloudTrail's detail type is not looked at, since public rules have met two.
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
 * The regions in which an account can have secrets that are deployed: its own, those of the targets and applications
 * there, and `rotation.regions`. None where no secret of it is deployed. Secrets Manager announces what happens to a
 * secret in its own account and region only.
 */
export function listSecretRegions(configuration: Configuration, accountId: string): readonly string[] {
  const applications = listApplicationsIn(configuration, accountId).filter(servesSecrets);
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
 * Whether `rotation` speaks of an account's secrets. Where that names targets, only their accounts and the configuration
 * account, whose hosted versions are deployed by hand; else every central account.
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

/** The applications of `onboarding.yml` that an account hosts. */
export const listApplicationsIn = (configuration: Configuration, accountId: string): readonly Application[] =>
  getApplications(configuration).filter(({ account }) => isNamed(configuration, accountId, account));

const servesSecrets = ({ profiles }: Application): boolean =>
  profiles.some(({ secret }) => secret !== undefined);

const isNamed = (configuration: Configuration, accountId: string, name: string): boolean =>
  listCentralNames(configuration, accountId).some((each) => each === name);
