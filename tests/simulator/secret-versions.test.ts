import {
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  type GetRandomPasswordCommandInput,
  GetSecretValueCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { OrganizationEvent } from '../../simulator/organization-event.ts';
import { createSimulatorEnv, policy, refusal, type SimulatorEnv, shared } from '../fixtures/simulator-env.ts';

let env: SimulatorEnv;
let SecretId: string;
const events: OrganizationEvent[] = [];

beforeEach(() => {
  env = createSimulatorEnv();
  SecretId = env.organization.addSecret({ accountId: shared, name: 'app/database', value: 'first' });
  events.length = 0;
  env.organization.onEvent((event) => events.push(event));
});

const secrets = () => env.clients(shared).secretsManager;
const put = (ClientRequestToken: string, SecretString: string, VersionStages?: string[]) =>
  secrets().send(
    new PutSecretValueCommand({
      SecretId,
      ClientRequestToken,
      SecretString,
      ...(VersionStages === undefined ? {} : { VersionStages }),
    }),
  );
const value = async (VersionStage?: string) =>
  (
    await secrets().send(
      new GetSecretValueCommand({ SecretId, ...(VersionStage === undefined ? {} : { VersionStage }) }),
    )
  ).SecretString;
const stages = async () =>
  (await secrets().send(new DescribeSecretCommand({ SecretId }))).VersionIdsToStages ?? {};

describe('versions of a secret', () => {
  test('makes a new value current and the old one previous, and sends an event', async () => {
    await put('version-2', 'second');
    expect(await value()).toBe('second');
    expect(await value('AWSPREVIOUS')).toBe('first');
    expect((await stages())['version-2']).toEqual(['AWSCURRENT']);
    expect(events).toEqual([
      expect.objectContaining({
        source: 'aws.secretsmanager',
        'detail-type': 'Secret Label Updated',
        account: shared,
        resources: [SecretId],
        detail: { name: 'app/database', labelUpdated: 'AWSCURRENT', versionId: 'version-2' },
      }),
    ]);
  });

  test('ignores a repeated request, and refuses the same token with another value', async () => {
    await put('version-2', 'second');
    await put('version-3', 'third');
    await put('version-2', 'second');
    expect(await value()).toBe('third');
    expect(await refusal(put('version-2', 'other'))).toMatchObject({ name: 'ResourceExistsException' });
    expect(events).toHaveLength(2);
  });

  test('moves a label only from the named version, and sends no event for AWSPENDING', async () => {
    await put('version-2', 'second', ['AWSPENDING']);
    const move = (RemoveFromVersionId?: string) =>
      secrets().send(
        new UpdateSecretVersionStageCommand({
          SecretId,
          VersionStage: 'AWSCURRENT',
          MoveToVersionId: 'version-2',
          ...(RemoveFromVersionId === undefined ? {} : { RemoveFromVersionId }),
        }),
      );
    expect(events).toHaveLength(0);
    expect(await refusal(move())).toMatchObject({ name: 'InvalidParameterException' });
    const [first = ''] = Object.keys(await stages());
    await move(first);
    expect(await stages()).toEqual({ [first]: ['AWSPREVIOUS'], 'version-2': ['AWSPENDING', 'AWSCURRENT'] });
    expect(events).toHaveLength(1);
  });

  test('starts one rotation at a time with a pending version without a value', async () => {
    const rotate = (ClientRequestToken: string) =>
      secrets().send(
        new RotateSecretCommand({ SecretId, ClientRequestToken, RotationLambdaARN: 'arn:aws:lambda:f' }),
      );
    await rotate('version-2');
    expect((await stages())['version-2']).toEqual(['AWSPENDING']);
    expect(await refusal(value('AWSPENDING'))).toMatchObject({ name: 'ResourceNotFoundException' });
    expect(await refusal(rotate('version-3'))).toMatchObject({ name: 'InvalidRequestException' });
  });

  test('describes a secret that is scheduled for deletion, and refuses every other call', async () => {
    const secret = env.organization.world.secrets.get(SecretId);
    if (secret !== undefined) secret.deletedAt = env.clock.now();
    const described = await secrets().send(new DescribeSecretCommand({ SecretId }));
    expect(described.DeletedDate).toBeInstanceOf(Date);
    expect(await refusal(value())).toMatchObject({ name: 'InvalidRequestException' });
  });

  test('requires a customer managed key that lets the reader decrypt through Secrets Manager', async () => {
    const locked = env.organization.addKey({
      accountId: shared,
      id: 'locked',
      policy: policy({ Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt', Resource: '*' }),
    });
    SecretId = env.organization.addSecret({
      accountId: shared,
      name: 'app/locked',
      value: 'x',
      kmsKeyArn: locked,
    });
    expect(await refusal(value())).toMatchObject({ name: 'AccessDeniedException' });
    expect((await secrets().send(new DescribeSecretCommand({ SecretId }))).KmsKeyId).toBe(locked);
  });
});

describe('a random password', () => {
  const password = async (options: Partial<GetRandomPasswordCommandInput>) =>
    (await secrets().send(new GetRandomPasswordCommand(options))).RandomPassword ?? '';

  test('makes a random password of 32 characters with at least one of each type', async () => {
    const made = await password({});
    expect(made).toHaveLength(32);
    for (const type of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) expect(made).toMatch(type);
    expect(await password({})).not.toBe(made);
  });

  test('leaves excluded characters out of a random password', async () => {
    const made = await password({
      PasswordLength: 200,
      ExcludePunctuation: true,
      ExcludeCharacters: 'abcABC019',
    });
    expect(made).toMatch(/^[d-zD-Z2-8]{200}$/);
    const short = password({ PasswordLength: 3 });
    expect(await refusal(short)).toMatchObject({ name: 'InvalidParameterException' });
  });
});
