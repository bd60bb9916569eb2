import type {
  GetSecretValueCommandInput,
  GetSecretValueCommandOutput,
  ListSecretVersionIdsCommandInput,
  ListSecretVersionIdsCommandOutput,
  PutSecretValueCommandInput,
  PutSecretValueCommandOutput,
  RotateSecretCommandInput,
  RotateSecretCommandOutput,
  UpdateSecretVersionStageCommandInput,
  UpdateSecretVersionStageCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceOperations } from '../call.ts';
import { dropStage, findVersion, moveStage } from '../secrets.ts';
import type { SecretVersion, SimulatedSecret } from '../simulated-resources.ts';
import { type Caller, makeRandomUuid, type SimulatedWorld } from '../world.ts';
import { expectKey, requireLivingSecret, requireValue } from './secret-access.ts';

/** AWS Secrets Manager: versions and their staging labels. Source: Secrets Manager API reference. */
export const secretVersions: ServiceOperations = {
  GetSecretValue: defineOperation<GetSecretValueCommandInput, GetSecretValueCommandOutput>((call) => {
    const secret = requireLivingSecret(call, 'secretsmanager:GetSecretValue');
    const { VersionId, VersionStage } = call.input;
    const stage = VersionStage ?? (VersionId === undefined ? 'AWSCURRENT' : undefined);
    const stored =
      VersionId === undefined ? findVersion(secret, stage ?? '') : secret.versions.get(VersionId);
    const version = requireValue(
      stored,
      VersionId === undefined ? `staging label: ${stage}` : `VersionId: ${VersionId}`,
    );
    if (stage !== undefined && !version.stages.has(stage))
      throw createAwsError(
        'InvalidRequestException',
        'You provided a VersionStage that is not on that version.',
      );
    expectKey(call.world, call.caller, secret, 'kms:Decrypt');
    return { ...toNames(secret), ...listed(version.id, version.stages), SecretString: version.value };
  }),

  PutSecretValue: defineOperation<PutSecretValueCommandInput, PutSecretValueCommandOutput>((call) => {
    const secret = requireLivingSecret(call, 'secretsmanager:PutSecretValue');
    const { SecretString, ClientRequestToken, VersionStages = ['AWSCURRENT'] } = call.input;
    if (SecretString === undefined)
      throw createAwsError('NotSimulated', 'Binary secret values are not simulated', 501);
    expectKey(call.world, call.caller, secret, 'kms:GenerateDataKey');
    const id = ClientRequestToken ?? makeRandomUuid(call.world);
    const version = secret.versions.get(id) ?? emptyVersion(call.world, id);
    expectRotationToken(call.caller, secret, call.input, version);
    if (version.value !== undefined && version.value !== SecretString)
      throw createAwsError(
        'ResourceExistsException',
        `The operation failed because the secret version ${id} already exists.`,
      );
    const repeated = version.value !== undefined;
    version.value = SecretString;
    secret.versions.set(id, version);
    if (!repeated) for (const stage of VersionStages) moveStage(call.world, secret, stage, version);
    return { ...toNames(secret), ...listed(id, version.stages) };
  }),

  UpdateSecretVersionStage: defineOperation<
    UpdateSecretVersionStageCommandInput,
    UpdateSecretVersionStageCommandOutput
  >((call) => {
    const secret = requireLivingSecret(call, 'secretsmanager:UpdateSecretVersionStage');
    const { VersionStage = '', RemoveFromVersionId, MoveToVersionId } = call.input;
    const holder = findVersion(secret, VersionStage);
    const to = MoveToVersionId === undefined ? undefined : secret.versions.get(MoveToVersionId);
    if (MoveToVersionId !== undefined && to === undefined)
      throw createAwsError(
        'ResourceNotFoundException',
        "Secrets Manager can't find the specified secret version.",
      );
    if (holder !== undefined && holder !== to && RemoveFromVersionId !== holder.id)
      throw createAwsError(
        'InvalidParameterException',
        `The parameter RemoveFromVersionId can't be empty. Staging label ${VersionStage} is currently attached to version ${holder.id}, so you must explicitly reference that version in RemoveFromVersionId.`,
      );
    if (to === undefined && RemoveFromVersionId !== undefined && holder?.id !== RemoveFromVersionId)
      throw createAwsError(
        'InvalidParameterException',
        `Staging label ${VersionStage} is not attached to version ${RemoveFromVersionId}.`,
      );
    if (to === undefined) dropStage(secret, VersionStage);
    else moveStage(call.world, secret, VersionStage, to);
    return toNames(secret);
  }),

  /**
   * Versions with a label, on one page. It is not confirmed that a new version of a rotation has its value's creation
   * time.
   */
  ListSecretVersionIds: defineOperation<ListSecretVersionIdsCommandInput, ListSecretVersionIdsCommandOutput>(
    (call) => {
      const secret = requireLivingSecret(call, 'secretsmanager:ListSecretVersionIds');
      const labeled = [...secret.versions.values()].filter(({ stages }) => stages.size > 0);
      const Versions = labeled.map(({ id, createdAt, stages }) => ({
        ...listed(id, stages),
        CreatedDate: new Date(createdAt),
      }));
      return { ...toNames(secret), Versions };
    },
  ),

  /**
   * Creates a version without a value, as AWS does before it calls the rotation function. Here, the test calls the
   * function.
   */
  RotateSecret: defineOperation<RotateSecretCommandInput, RotateSecretCommandOutput>((call) => {
    const secret = requireLivingSecret(call, 'secretsmanager:RotateSecret');
    secret.rotationFunctionArn = call.input.RotationLambdaARN ?? secret.rotationFunctionArn;
    if (secret.rotationFunctionArn === undefined)
      throw createAwsError(
        'InvalidRequestException',
        'No Lambda rotation function ARN is associated with this secret.',
      );
    const pending = findVersion(secret, 'AWSPENDING');
    if (pending !== undefined && !pending.stages.has('AWSCURRENT'))
      throw createAwsError(
        'InvalidRequestException',
        "A previous rotation isn't complete. That rotation will be reattempted.",
      );
    const id = call.input.ClientRequestToken ?? makeRandomUuid(call.world);
    const version = emptyVersion(call.world, id);
    secret.versions.set(id, version);
    moveStage(call.world, secret, 'AWSPENDING', version);
    return { ...toNames(secret), VersionId: id };
  }),
};

/**
 * If the rotation function assumes a role, Secrets Manager recognizes the role only by the rotation token (API
 * reference, "PutSecretValue"). The name and the message of the error are not confirmed.
 */
function expectRotationToken(
  { roleArn }: Caller,
  { rotationStep }: SimulatedSecret,
  { RotationToken }: PutSecretValueCommandInput,
  { stages }: SecretVersion,
): void {
  if (rotationStep === undefined || !stages.has('AWSPENDING')) return;
  const { token, functionRoleArn = roleArn } = rotationStep;
  if (RotationToken === undefined ? roleArn === functionRoleArn : RotationToken === token) return;
  throw createAwsError('AccessDeniedException', 'The rotation token is missing or invalid.');
}

const emptyVersion = ({ settings }: SimulatedWorld, id: string): SecretVersion => ({
  id,
  createdAt: settings.clock.now(),
  value: undefined,
  stages: new Set(),
});

export const toNames = ({ arn, name }: SimulatedSecret) => ({ ARN: arn, Name: name });

const listed = (id: string, stages: ReadonlySet<string>) => ({
  VersionId: id,
  VersionStages: [...stages],
});
