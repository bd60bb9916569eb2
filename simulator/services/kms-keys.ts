import { awsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import { strictDenialOf } from '../permissions.ts';
import type { SimulatedResource } from '../world.ts';

export interface KeyInput {
  readonly KeyId: string | undefined;
}

/** The key that a call names, where its policy and the caller's allow the action. */
export function authorisedKey({ world, caller, region, input }: ServiceCall<KeyInput>, action: string) {
  const keyId = input.KeyId ?? '';
  const arn = keyId.startsWith('arn:')
    ? keyId
    : `arn:${world.settings.partition}:kms:${region}:${caller.accountId}:key/${keyId}`;
  const key = world.keys.get(arn);
  if (key === undefined || key.region !== region)
    throw awsError('NotFoundException', `Key '${arn}' does not exist`);
  const denial = strictDenialOf(world, caller, attemptOn(key, action, key.policy));
  if (denial !== undefined) throw awsError('AccessDeniedException', denial);
  return key;
}

export const attemptOn = (key: SimulatedResource, action: string, resourcePolicy: string | undefined) => ({
  action,
  resource: key.arn,
  resourceAccount: key.accountId,
  region: key.region,
  resourcePolicy,
  context: { 'kms:CallerAccount': key.accountId },
});
