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

/** The version that is being rotated in, among the others. */
export interface RotatedVersion {
  readonly secretId: string;
  /** The id of the version that is to become current. */
  readonly token: string;
  /** The id of the version that is current now. */
  readonly current: string | undefined;
  readonly previous: string | undefined;
  readonly isCurrent: boolean;
  readonly isPending: boolean;
}

/**
 * The version of a rotation.
 * @throws RotationRefusedError where rotation is not enabled, or the version is not staged as it should be
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
 * Whether the version was made before the current one, so that its value was made from one that is not current any more.
 * `undefined` where the function's role may not list the versions.
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

/** A version's value; `undefined` where it has none. */
export async function readVersionValue(
  client: SecretsManagerClient,
  SecretId: string,
  VersionId: string,
): Promise<string | undefined> {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId, VersionId }))).SecretString;
  } catch (thrown) {
    // A version that a rotation has begun has no value yet.
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

/** A label that stayed would let the next rotation be taken for one that is under way (API reference, RotateSecret). */
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

/** How Secrets Manager refuses a label change that does not fit the labels as they are ("UpdateSecretVersionStage"). */
const labelRefusals: ReadonlySet<string> = new Set([
  'InvalidParameterException',
  'InvalidRequestException',
  'ResourceNotFoundException',
]);

/**
 * Changes a label. A refused change is done if the labels are already as it would leave them: Secrets Manager, or an
 * earlier attempt, may have changed them since they were read.
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
