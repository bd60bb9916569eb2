import { resolveKeyArn } from '../configuration/applications.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Permission } from '../grants/contract.ts';
import { deploymentActions } from './deployment-actions.ts';
import { hasRotatedSecrets, listApplicationsIn, listDeploymentRegions } from './secret-events.ts';

interface SpokeAccount {
  readonly configuration: Configuration;
  readonly accountId: string;
  readonly partition: string;
}

/**
 * The permissions of the spoke role to deploy secrets and hosted configurations. None if neither `rotation` nor
 * `applications` of the configuration names the account. A search finds the applications of a secret, so their ids are
 * unknown here. Pure.
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
    { actions: deploying, resources: [applications] },
    // Starts a deployment of an application by a strategy, which is a resource of the call, too.
    { actions: ['appconfig:StartDeployment'], resources: [arn('appconfig', 'deploymentstrategy/*')] },
    ...secretKeys(account, applications),
    ...hostedKeys(account),
  ];
}

/**
 * Keys of secrets, in the regions where the account has secrets that are deployed. A secret's key may be another account's:
 * that of a central account, or one that an application names.
 */
function secretKeys(
  { configuration, accountId, partition }: SpokeAccount,
  applications: string,
): readonly Permission[] {
  const named = listApplicationsIn(configuration, accountId).flatMap((application) =>
    application.profiles.flatMap(({ key }) =>
      key === undefined ? [] : resolveKeyArn(key, { configuration, application, partition }).split(':')[4],
    ),
  );
  const accounts = [...Object.values(configuration.centralAccounts).map(({ id }) => id), ...named];
  return [
    {
      actions: encrypting,
      resources: listDeploymentRegions(configuration, accountId).map(
        (region) => `arn:${partition}:kms:${region}:*:key/*`,
      ),
      condition: {
        StringEquals: { 'aws:ResourceAccount': [...new Set(accounts)].flatMap((id) => id ?? []).sort() },
        StringLike: { 'kms:EncryptionContext:aws:appconfig:deployment:arn': [applications] },
      },
    },
  ];
}

/**
 * StartDeployment decrypts a hosted version that the profile's own key encrypts (AppConfig user guide, "Data encryption
 * at rest for AWS AppConfig"). AWS does not document which principal needs the permission, or the encryption context.
 * So the caller gets it, on exactly these keys.
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
/** Has no resource (Service Authorization Reference, "AWS AppConfig"). */
const listing = ['appconfig:ListApplications'];
const deploying = of('appconfig').filter((action) => !listing.includes(action));
