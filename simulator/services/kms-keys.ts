import type { AppliedKeyGrant } from '../../shared/iam/applied-access.ts';
import type { ContextValues } from '../../shared/iam/request.ts';
import { createAwsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import { announceKeyUse } from '../key-events.ts';
import { type Attempt, findDenial } from '../permissions.ts';
import type { SimulatedResource } from '../simulated-resources.ts';
import type { Caller, SimulatedWorld } from '../world.ts';

export interface KeyInput {
  readonly KeyId: string | undefined;
}

/** The key of a call, if its policy and the caller's allow the action. */
export function authorizeKey(
  { world, caller, region, input }: ServiceCall<KeyInput>,
  action: string,
  context: ContextValues = {},
) {
  const keyId = input.KeyId ?? '';
  const arn = keyId.startsWith('arn:')
    ? keyId
    : `arn:${world.settings.partition}:kms:${region}:${caller.accountId}:key/${keyId}`;
  const key = world.keys.get(arn);
  if (key === undefined || key.region !== region)
    throw createAwsError('NotFoundException', `Key '${arn}' does not exist`);
  const denial = findDenial(world, caller, {
    ...createKeyAttempt(key, action, key.policy),
    keyGrants: listKeyGrants(world, key.arn),
    context,
  });
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
  return key;
}

export const createKeyAttempt = (
  key: SimulatedResource,
  action: string,
  policy: string | undefined,
): Attempt => ({
  action,
  resource: key.arn,
  resourceAccount: key.accountId,
  region: key.region,
  resourcePolicy: { kind: 'key', text: policy },
});

/** Source: KMS developer guide, "Grants in AWS KMS" (constraints). */
const listKeyGrants = (world: SimulatedWorld, keyArn: string): readonly AppliedKeyGrant[] =>
  (world.grants.get(keyArn) ?? []).map(({ grantee, operations, constraints = {} }) => {
    const { EncryptionContextEquals: equals, EncryptionContextSubset: subset } = constraints;
    return {
      granteePrincipal: grantee,
      operations,
      ...(equals === undefined ? {} : { encryptionContextEquals: equals }),
      ...(subset === undefined ? {} : { encryptionContextSubset: subset }),
    };
  });

/** A use of a key by a service in the caller's name. */
export interface ServiceKeyUse {
  /** ARN, id or ARN of an alias. */
  readonly keyArn: string;
  readonly action: string;
  readonly context: ContextValues;
}

/** Why KMS would deny the use of a key. `undefined` if KMS allows it. */
export function findKeyUseDenial(
  world: SimulatedWorld,
  caller: Caller,
  { keyArn, action, context }: ServiceKeyUse,
): string | undefined {
  const key = world.keys.get(keyArn);
  if (key === undefined) return `Key '${keyArn}' does not exist`;
  if (key.state !== 'Enabled') return `${key.arn} is ${key.state}.`;
  const attempt = createKeyAttempt(key, action, key.policy);
  return findDenial(world, caller, {
    ...attempt,
    keyGrants: listKeyGrants(world, key.arn),
    context,
  });
}

interface AppConfigKeyUse {
  readonly keyArn: string;
  readonly action: string;
  readonly deploymentArn: string;
}

/**
 * AppConfig uses a key for a deployment in the caller's name, and CloudTrail records it. Source: AppConfig user guide,
 * "Data encryption at rest for AWS AppConfig" (encryption context).
 * @throws AccessDeniedException if KMS denies it
 */
export function useDeploymentKey(
  { world, caller, region }: ServiceCall<object>,
  { keyArn, action, deploymentArn }: AppConfigKeyUse,
): void {
  const denial = findKeyUseDenial(world, caller, {
    keyArn,
    action,
    context: {
      'kms:ViaService': `appconfig.${region}.amazonaws.com`,
      [`kms:EncryptionContext:${deploymentContextKey}`]: deploymentArn,
    },
  });
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial, 403);
  const encryptionContext = { [deploymentContextKey]: deploymentArn };
  announceKeyUse(world, caller, { keyArn, action, encryptionContext, service: 'appconfig.amazonaws.com' });
}

const deploymentContextKey = 'aws:appconfig:deployment:arn';
