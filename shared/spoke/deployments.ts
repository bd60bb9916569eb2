import { centralNamesOf } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Permission } from '../grants/contract.ts';
import { deploymentActions } from './deployment-actions.ts';

interface SpokeAccount {
  readonly configuration: Configuration;
  readonly accountId: string;
  readonly partition: string;
}

/**
 * What the spoke role must be allowed to deploy secrets and hosted configurations; nothing where the configuration has no
 * `rotation`. Where that names targets, only in their accounts and in the configuration account, whose hosted versions
 * are deployed by hand; else in every central account. Which applications serve a secret is found, so their ids are not
 * known here. Pure.
 */
export function deploymentPermissions({
  configuration,
  accountId,
  partition,
}: SpokeAccount): readonly Permission[] {
  if (!deploys(configuration, accountId)) return [];
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
  ];
}

const of = (service: string) => deploymentActions.filter((action) => action.startsWith(`${service}:`));

const describing = of('secretsmanager');
const encrypting = of('kms');
/** Knows no resource (Service Authorization Reference, "AWS AppConfig"). */
const listing = ['appconfig:ListApplications'];
const deploying = of('appconfig').filter((action) => !listing.includes(action));

function deploys(configuration: Configuration, accountId: string): boolean {
  const { rotation } = configuration;
  if (rotation === undefined) return false;
  const named = new Set<string>(rotation.targets.map(({ account }) => account));
  const names = centralNamesOf(configuration, accountId);
  return named.size === 0 || names.some((name) => name === 'configuration' || named.has(name));
}
