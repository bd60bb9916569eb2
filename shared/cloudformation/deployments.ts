import { resolveKeyArn } from '../configuration/applications.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Permission } from '../grants/contract.ts';
import { deploymentActions } from './deployment-actions.ts';
import { hasRotatedSecrets, listApplicationsIn } from './secret-events.ts';

interface SpokeAccount {
  readonly configuration: Configuration;
  readonly accountId: string;
  readonly partition: string;
}

/**
 * What the spoke role must be allowed to deploy secrets and hosted configurations; nothing where neither `rotation` nor
 * `applications` of the configuration speak of the account. Which applications serve a secret is found, so their ids are
 * not known here. Pure.
 */
export function listDeploymentPermissions(account: SpokeAccount): readonly Permission[] {
  const { configuration, accountId, partition } = account;
  if (
    !hasRotatedSecrets(configuration, accountId) &&
    listApplicationsIn(configuration, accountId).length === 0
  )
    return [];
  const arn = (service: string, rest: string) => `arn:${partition}:${service}:*:${accountId}:${rest}`;
  const applications = arn('appconfig', 'application/*');
  return [
    { actions: describing, resources: [arn('secretsmanager', 'secret:*')] },
    { actions: listing, resources: ['*'] },
    { actions: deploying, resources: [applications, arn('appconfig', 'deploymentstrategy/*')] },
    {
      actions: encrypting,
      // A secret's key may be another account's.
      resources: [`arn:${partition}:kms:*:*:key/*`],
      condition: { StringLike: { 'kms:EncryptionContext:aws:appconfig:deployment:arn': [applications] } },
    },
    ...hostedKeys(account),
  ];
}

/**
 * StartDeployment decrypts a hosted version that the profile's own key encrypts (AppConfig user guide, "Data encryption
 * at rest for AWS AppConfig"). Whose permission that takes, and under which encryption context, is not said: the
 * caller's is given, on exactly these keys.
 */
function hostedKeys({ configuration, accountId, partition }: SpokeAccount): readonly Permission[] {
  const keys = listApplicationsIn(configuration, accountId).flatMap((application) =>
    application.profiles.flatMap(({ key, secret }) =>
      key === undefined || secret !== undefined
        ? []
        : [resolveKeyArn(key, { configuration, application, partition })],
    ),
  );
  return keys.length === 0 ? [] : [{ actions: ['kms:Decrypt'], resources: [...new Set(keys)] }];
}

const of = (service: string) => deploymentActions.filter((action) => action.startsWith(`${service}:`));

const describing = of('secretsmanager');
const encrypting = of('kms');
/** Knows no resource (Service Authorization Reference, "AWS AppConfig"). */
const listing = ['appconfig:ListApplications'];
const deploying = of('appconfig').filter((action) => !listing.includes(action));
