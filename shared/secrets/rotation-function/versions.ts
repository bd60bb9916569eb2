import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  paginateListSecretVersionIds,
  type SecretsManagerClient,
  type SecretVersionsListEntry,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { RotationRefusedError } from './errors.ts';

/** The versions of a secret in one rotation. */
export interface RotatedVersion {
  readonly secretId: string;
  /** The id of the version that the rotation makes current. */
  readonly token: string;
  /** The id of the version that is current now. */
  readonly current: string | undefined;
  readonly previous: string | undefined;
  readonly isCurrent: boolean;
  readonly isPending: boolean;
}

/**
 * Reads the version for which Secrets Manager requests a step.
 * @throws RotationRefusedError if rotation is not enabled, or if the version does not have the expected labels
 */
export async function readRotatedVersion(
  client: SecretsManagerClient,
  secretId: string,
  token: string,
): Promise<RotatedVersion> {
  const { RotationEnabled, VersionIdsToStages = {} } = await client.send(
    new DescribeSecretCommand({ SecretId: secretId }),
  );
  if (RotationEnabled !== true)
    throw new RotationRefusedError(`Rotation of ${secretId} is not enabled: enable it, then rotate again`);
  const stages = VersionIdsToStages[token];
  const staged = (stage: string) =>
    Object.entries(VersionIdsToStages).find(([, each]) => each.includes(stage))?.[0];
  const isCurrent = stages?.includes('AWSCURRENT') ?? false;
  const isPending = stages?.includes('AWSPENDING') ?? false;
  if (!isCurrent && !isPending)
    throw new RotationRefusedError(
      `Version ${token} of ${secretId} is neither AWSPENDING nor AWSCURRENT, so it cannot be rotated in`,
    );
  return {
    secretId,
    token,
    current: staged('AWSCURRENT'),
    previous: staged('AWSPREVIOUS'),
    isCurrent,
    isPending,
  };
}

/**
 * Whether the version was created before the current one. Then its value may be made from an old value. `undefined` if
 * the function's role may not list versions.
 */
export async function isOlderThanCurrent(
  client: SecretsManagerClient,
  { secretId, token, current }: RotatedVersion,
): Promise<boolean | undefined> {
  try {
    const versions: SecretVersionsListEntry[] = [];
    for await (const page of paginateListSecretVersionIds({ client }, { SecretId: secretId }))
      versions.push(...(page.Versions ?? []));
    const madeAt = (id: string | undefined) =>
      versions.find(({ VersionId }) => VersionId === id)?.CreatedDate?.getTime() ?? Number.NaN;
    return madeAt(token) < madeAt(current);
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'AccessDeniedException') return undefined;
    throw thrown;
  }
}

/** The value of a version. `undefined` if the version has none. */
export async function readVersionValue(
  client: SecretsManagerClient,
  SecretId: string,
  VersionId: string,
): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId, VersionId }))).SecretString;
  } catch (thrown) {
    // At the beginning of a rotation, Secrets Manager creates a version without a value.
    if (thrown instanceof Error && thrown.name === 'ResourceNotFoundException') return undefined;
    throw thrown;
  }
}

export async function makeCurrent(
  client: SecretsManagerClient,
  { secretId, token, current }: RotatedVersion,
): Promise<void> {
  await moveLabel(
    client,
    {
      SecretId: secretId,
      VersionStage: 'AWSCURRENT',
      MoveToVersionId: token,
      ...(current === undefined ? {} : { RemoveFromVersionId: current }),
    },
    (labels) => labels.has(token),
  );
}

/**
 * Removes the label AWSPENDING from a version. Otherwise Secrets Manager would believe that a rotation is still in
 * progress, and not begin the next one (API reference, RotateSecret).
 */
export async function dropPending(
  client: SecretsManagerClient,
  { secretId, token }: Pick<RotatedVersion, 'secretId' | 'token'>,
): Promise<void> {
  await moveLabel(
    client,
    { SecretId: secretId, VersionStage: 'AWSPENDING', RemoveFromVersionId: token },
    (labels) => !labels.has(token),
  );
}

/**
 * Errors with which Secrets Manager says that the version does not have the label to move ("UpdateSecretVersionStage").
 */
const labelRefusals: ReadonlySet<string> = new Set([
  'InvalidParameterException',
  'InvalidRequestException',
  'ResourceNotFoundException',
]);

/**
 * Moves a label. If Secrets Manager rejects that, the labels are read again. If they are as they should be, an earlier
 * attempt has moved them.
 */
async function moveLabel(
  client: SecretsManagerClient,
  input: UpdateSecretVersionStageCommandInput & { readonly VersionStage: string },
  isDone: (holders: ReadonlySet<string>) => boolean,
): Promise<void> {
  try {
    await client.send(new UpdateSecretVersionStageCommand(input));
  } catch (thrown) {
    if (!(thrown instanceof Error) || !labelRefusals.has(thrown.name)) throw thrown;
    if (!isDone(await holdersOf(client, input))) throw thrown;
  }
}

async function holdersOf(
  client: SecretsManagerClient,
  { SecretId, VersionStage }: { readonly SecretId: string | undefined; readonly VersionStage: string },
): Promise<ReadonlySet<string>> {
  const { VersionIdsToStages = {} } = await client.send(new DescribeSecretCommand({ SecretId }));
  const holders = Object.entries(VersionIdsToStages).filter(([, stages]) => stages.includes(VersionStage));
  return new Set(holders.map(([id]) => id));
}
