import { awsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import { denialOf } from '../permissions.ts';
import type { SecretVersion, SimulatedSecret } from '../simulated-resources.ts';
import type { Caller, World } from '../world.ts';
import { denialToUseKey } from './kms-keys.ts';

export type SecretInput = { readonly SecretId: string | undefined };

/** A secret is found by its ARN, or by its name in the caller's own account. */
function secretOf({ world, caller, region, input }: ServiceCall<SecretInput>): SimulatedSecret {
  const id = input.SecretId ?? '';
  const secret =
    world.secrets.get(id) ??
    [...world.secrets.values()].find(
      (each) => each.name === id && each.accountId === caller.accountId && each.region === region,
    );
  if (secret === undefined || secret.region !== region)
    throw awsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return secret;
}

export function authorizedSecret(call: ServiceCall<SecretInput>, action: string): SimulatedSecret {
  const secret = secretOf(call);
  const denial = secretDenial(call.world, call.caller, secret, action);
  if (denial !== undefined) throw awsError('AccessDeniedException', denial);
  return secret;
}

/** A secret that is scheduled for deletion can be described and restored, nothing else. */
export function livingSecret(call: ServiceCall<SecretInput>, action: string): SimulatedSecret {
  const secret = authorizedSecret(call, action);
  if (secret.deletedAt !== undefined) throw deleted();
  return secret;
}

export const secretDenial = (world: World, caller: Caller, secret: SimulatedSecret, action: string) =>
  denialOf(world, caller, {
    action,
    resource: secret.arn,
    resourceAccount: secret.accountId,
    region: secret.region,
    resourcePolicy: secret.policy,
    context: { 'secretsmanager:SecretId': secret.arn },
  });

export const deleted = () =>
  awsError(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
  );

/**
 * Values are encrypted with the secret's key, in the caller's name (Secrets Manager user guide, "Secret encryption and
 * decryption"). The default key, `aws/secretsmanager`, serves its own account only.
 */
export function expectKey(
  world: World,
  caller: Caller,
  { kmsKeyArn, arn, region, accountId }: SimulatedSecret,
  action: 'kms:Decrypt' | 'kms:GenerateDataKey',
): void {
  if (kmsKeyArn === undefined) {
    if (caller.accountId === accountId) return;
    throw awsError('AccessDeniedException', 'Access to KMS is not allowed');
  }
  const context = {
    'kms:ViaService': `secretsmanager.${region}.amazonaws.com`,
    'kms:EncryptionContext:SecretARN': arn,
  };
  if (denialToUseKey(world, caller, { keyArn: kmsKeyArn, action, context }) !== undefined)
    throw awsError('AccessDeniedException', 'Access to KMS is not allowed');
}

/** A version with a value. */
export function withValue(
  version: SecretVersion | undefined,
  what: string,
): SecretVersion & { value: string } {
  if (version?.value === undefined)
    throw awsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${what}.`,
    );
  return { ...version, value: version.value };
}
