import type { ContextValues } from '../../shared/iam/request.ts';
import { createAwsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import { findDenial } from '../permissions.ts';
import type { SecretVersion, SimulatedSecret } from '../simulated-resources.ts';
import type { Caller, SimulatedWorld } from '../world.ts';
import { findKeyUseDenial } from './kms-keys.ts';

export type SecretInput = { readonly SecretId: string | undefined };

/** Finds a secret by its ARN, or by its name in the caller's own account. */
function secretOf({ world, caller, region, input }: ServiceCall<SecretInput>): SimulatedSecret {
  const id = input.SecretId ?? '';
  const secret =
    world.secrets.get(id) ??
    [...world.secrets.values()].find(
      (each) => each.name === id && each.accountId === caller.accountId && each.region === region,
    );
  if (secret === undefined || secret.region !== region)
    throw createAwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  return secret;
}

export function authorizeSecret(
  call: ServiceCall<SecretInput>,
  action: string,
  context: ContextValues = {},
): SimulatedSecret {
  const secret = secretOf(call);
  const denial = findSecretDenial(call.world, call.caller, secret, action, context);
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
  return secret;
}

/** Rejects calls for a secret that is scheduled for deletion. Only describing and restoring it is possible. */
export function requireLivingSecret(
  call: ServiceCall<SecretInput>,
  action: string,
  context: ContextValues = {},
): SimulatedSecret {
  const secret = authorizeSecret(call, action, context);
  if (secret.deletedAt !== undefined) throw createDeletedError();
  return secret;
}

export const findSecretDenial = (
  world: SimulatedWorld,
  caller: Caller,
  secret: SimulatedSecret,
  action: string,
  context: ContextValues = {},
) =>
  findDenial(world, caller, {
    action,
    resource: secret.arn,
    resourceAccount: secret.accountId,
    region: secret.region,
    resourcePolicy: { kind: 'secret', text: secret.policy },
    context: { 'secretsmanager:SecretId': secret.arn, ...context },
  });

export const createDeletedError = () =>
  createAwsError(
    'InvalidRequestException',
    "You can't perform this operation on the secret because it was marked for deletion.",
  );

/**
 * Values are encrypted with the secret's key, in the caller's name (Secrets Manager user guide, "Secret encryption and
 * decryption"). The default key, `aws/secretsmanager`, works only in its own account.
 */
export function expectKey(
  world: SimulatedWorld,
  caller: Caller,
  { kmsKeyArn, arn, region, accountId }: SimulatedSecret,
  action: 'kms:Decrypt' | 'kms:GenerateDataKey',
): void {
  if (kmsKeyArn === undefined) {
    if (caller.accountId === accountId) return;
    throw createAwsError('AccessDeniedException', 'Access to KMS is not allowed');
  }
  const context = {
    'kms:ViaService': `secretsmanager.${region}.amazonaws.com`,
    'kms:EncryptionContext:SecretARN': arn,
  };
  if (findKeyUseDenial(world, caller, { keyArn: kmsKeyArn, action, context }) !== undefined)
    throw createAwsError('AccessDeniedException', 'Access to KMS is not allowed');
}

/** Finds the requested version. It must have a value. */
export function requireValue(
  version: SecretVersion | undefined,
  what: string,
): SecretVersion & { value: string } {
  if (version?.value === undefined)
    throw createAwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${what}.`,
    );
  return { ...version, value: version.value };
}
