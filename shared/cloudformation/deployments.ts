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
 * Permissions with which the spoke role deploys secrets and hosted configurations. Empty if neither `rotation` nor
 * `applications` names the account. The ids of applications that serve secrets are unknown here, because runs find them
 * by a search. Pure.
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
    // StartDeployment also needs a permission on the deployment strategy.
    { actions: ['appconfig:StartDeployment'], resources: [arn('appconfig', 'deploymentstrategy/*')] },
    ...secretKeys(account, applications),
    ...hostedKeys(account),
  ];
}

/**
 * Permissions for the keys of secrets, in the regions in which the account has secrets to deploy. The key of a secret
 * may be in another account: in a central account, or in the account that the key's ARN under `applications` names.
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
 * Permissions for the keys of hosted profiles. StartDeployment decrypts a hosted version that is encrypted with the
 * profile's own key (AppConfig user guide, "Data encryption at rest for AWS AppConfig"). AWS does not document which
 * principal needs the permission, or with which encryption context. So the caller gets it, for exactly these keys.
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
/** This call has no resource (Service Authorization Reference, "AWS AppConfig"). */
const listing = ['appconfig:ListApplications'];
const deploying = of('appconfig').filter((action) => !listing.includes(action));
