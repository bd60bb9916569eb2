import {
  DeleteResourcePolicyCommand,
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  PutResourcePolicyCommand,
} from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import {
  createSimulatorEnv,
  member,
  policy,
  refusal,
  type SimulatorEnv,
  shared,
  text,
  textOfLength,
} from '../fixtures/simulator-env.ts';

const readers: Statement = {
  Effect: 'Allow',
  Principal: { AWS: [member] },
  Action: ['secretsmanager:GetSecretValue'],
  Resource: ['*'],
};

let env: SimulatorEnv;

beforeEach(() => {
  env = createSimulatorEnv();
});

const put = (ResourcePolicy: string, more: { BlockPublicPolicy?: boolean; SecretId?: string } = {}) =>
  env
    .clients(shared)
    .secretsManager.send(new PutResourcePolicyCommand({ SecretId: env.secretArn, ResourcePolicy, ...more }));

const read = (SecretId = env.secretArn) =>
  env.clients(shared).secretsManager.send(new GetResourcePolicyCommand({ SecretId }));

describe('the resource policy of a secret', () => {
  test('puts, reads and deletes the resource policy of a secret', async () => {
    expect(await read()).not.toHaveProperty('ResourcePolicy');
    await put(text(readers));
    expect(JSON.parse((await read('example/database')).ResourcePolicy ?? '')).toEqual(
      policy({
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${member}:root` },
        Action: 'secretsmanager:GetSecretValue',
        Resource: '*',
      }),
    );
    const SecretId = env.secretArn;
    await env.clients(shared).secretsManager.send(new DeleteResourcePolicyCommand({ SecretId }));
    expect(await read()).not.toHaveProperty('ResourcePolicy');
  });

  test("ends a secret's ARN in six random characters", async () => {
    const described = await env
      .clients(shared)
      .secretsManager.send(new DescribeSecretCommand({ SecretId: 'example/database' }));
    expect(described.ARN).toMatch(
      new RegExp(`^arn:aws:secretsmanager:us-east-1:${shared}:secret:example/database-\\w{6}$`),
    );
  });

  test('requires an existing secret of the same region for a resource policy', async () => {
    expect(await refusal(read('nothing'))).toMatchObject({ name: 'ResourceNotFoundException' });
    const elsewhere = env.clients(shared, 'eu-west-1').secretsManager;
    const call = elsewhere.send(new GetResourcePolicyCommand({ SecretId: env.secretArn }));
    expect(await refusal(call)).toMatchObject({ name: 'ResourceNotFoundException' });
  });

  test('refuses a public secret policy when the request blocks public policies', async () => {
    const everybody = text({ ...readers, Principal: '*' });
    expect(await refusal(put(everybody, { BlockPublicPolicy: true }))).toMatchObject({
      name: 'PublicPolicyException',
    });
    await expect(put(everybody)).resolves.toBeDefined();
  });

  test.each<[string, string]>([
    ['no JSON', ''],
    ['no resource', text({ Effect: 'Allow', Principal: { AWS: member }, Action: '*' })],
  ])('refuses a malformed secret policy with %s', async (_, ResourcePolicy) => {
    expect(await refusal(put(ResourcePolicy))).toMatchObject({ name: 'MalformedPolicyDocumentException' });
  });

  test('accepts a secret policy of 20,480 characters and refuses a longer one', async () => {
    await expect(put(textOfLength(20_480, readers))).resolves.toBeDefined();
    expect(await refusal(put(textOfLength(20_481, readers)))).toMatchObject({ name: 'ValidationException' });
  });

  test('requires permission on the secret of a policy', async () => {
    env = createSimulatorEnv(policy({ Effect: 'Allow', Action: 'secretsmanager:Get*', Resource: '*' }));
    await expect(read()).resolves.toBeDefined();
    expect(await refusal(put(text(readers)))).toMatchObject({ name: 'AccessDeniedException' });
  });
});
