import { UpdateSecretVersionStageCommand } from '@aws-sdk/client-secrets-manager';
import { beforeEach, expect, test } from '@jest/globals';
import { rotateSecret } from '../../../shared/secrets/rotation-function/index.ts';
import type { Rotator } from '../../../shared/secrets/rotation-function/rotator.ts';
import { type RotationEvent, rotateNow } from '../../../simulator/rotation.ts';
import { dropStage, findVersion } from '../../../simulator/secrets.ts';
import { silentLogger } from '../../../simulator/simulated-services.ts';
import { createAppKeyEnv, toolsOf } from '../../fixtures/rotation-function.ts';

let { env, secretArn, secret, clients } = createAppKeyEnv();

beforeEach(() => {
  ({ env, secretArn, secret, clients } = createAppKeyEnv());
});

const rotator: Rotator = { generate: async () => 'second-key' };
const invoke = (event: RotationEvent) => rotateSecret(toolsOf(clients, rotator, silentLogger), event);
const rotate = (attempts = 1) =>
  rotateNow(env.organization, { secretArn, client: clients.secretsManager, invoke, attempts });

/** Does something right after the function has read the labels in its last step. */
function afterLabelsAreRead(step: number, act: () => unknown): void {
  let reads = 0;
  env.organization.intercept(async ({ operation }, proceed) => {
    const answer = await proceed();
    if (operation === 'DescribeSecret') {
      reads += 1;
      if (reads === step) await act();
    }
    return answer;
  });
}

const expectRotated = () => {
  expect(findVersion(secret(), 'AWSCURRENT')?.value).toBe('second-key');
  expect(findVersion(secret(), 'AWSPREVIOUS')?.value).toBe('first-key');
  expect(findVersion(secret(), 'AWSPENDING')).toBeUndefined();
};

test('finishes the rotation in one attempt when Secrets Manager removes AWSPENDING together with the move of AWSCURRENT', async () => {
  env.organization.intercept(async ({ operation, input }, proceed) => {
    const answer = await proceed();
    const isMove = operation === 'UpdateSecretVersionStage' && 'MoveToVersionId' in input;
    if (isMove) dropStage(secret(), 'AWSPENDING');
    return answer;
  });

  expect(await rotate()).toBeUndefined();
  expectRotated();
});

test('finishes the rotation in one attempt when AWSPENDING is removed after the labels were read', async () => {
  afterLabelsAreRead(4, () => dropStage(secret(), 'AWSPENDING'));

  expect(await rotate()).toBeUndefined();
  expectRotated();
});

test('finishes the rotation in one attempt when another invocation moved AWSCURRENT after the labels were read', async () => {
  afterLabelsAreRead(4, () =>
    clients.secretsManager.send(
      new UpdateSecretVersionStageCommand({
        SecretId: secretArn,
        VersionStage: 'AWSCURRENT',
        MoveToVersionId: findVersion(secret(), 'AWSPENDING')?.id,
        RemoveFromVersionId: findVersion(secret(), 'AWSCURRENT')?.id,
      }),
    ),
  );

  expect(await rotate()).toBeUndefined();
  expectRotated();
});

test('drops a stale pending value once when AWSPENDING is removed before the drop', async () => {
  const stale: Rotator = { generate: async () => 'first-key' };
  const first = { Step: 'createSecret', SecretId: secretArn, ClientRequestToken: 'version-2' } as const;
  Object.assign(secret(), { rotationFunctionArn: 'f' });
  secret().versions.set('version-2', {
    id: 'version-2',
    createdAt: env.clock.now(),
    value: 'first-key',
    stages: new Set(['AWSPENDING']),
  });
  afterLabelsAreRead(1, () => dropStage(secret(), 'AWSPENDING'));

  const tools = toolsOf(clients, stale, silentLogger);
  await expect(rotateSecret(tools, first)).rejects.toMatchObject({ name: 'RotationRefusedError' });
  expect(findVersion(secret(), 'AWSPENDING')).toBeUndefined();
});

test('fails when the label belongs to another version, and keeps the label there', async () => {
  let newer = '';
  afterLabelsAreRead(4, () => {
    newer = 'set-by-hand';
    const version = {
      id: newer,
      createdAt: env.clock.now(),
      value: 'third',
      stages: new Set(['AWSCURRENT']),
    };
    dropStage(secret(), 'AWSCURRENT');
    secret().versions.set(newer, version);
  });

  expect(await rotate()).toMatchObject({ name: 'InvalidParameterException' });
  expect(findVersion(secret(), 'AWSCURRENT')?.id).toBe(newer);
});
