import { DescribeKeyCommand, GetKeyPolicyCommand, PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import {
  createSimulatorEnv,
  log,
  member,
  policy,
  refusal,
  type SimulatorEnv,
  shared,
  text,
} from '../fixtures/simulator-env.ts';

const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
const spoke = `arn:aws:iam::${shared}:role/account-onboarding-spoke`;

const administration: Statement = {
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${shared}:root` },
  Action: 'kms:*',
  Resource: '*',
};
const use: Statement = {
  Effect: 'Allow',
  Principal: { AWS: [member] },
  Action: ['kms:Decrypt'],
  Resource: '*',
};

let env: SimulatorEnv;

beforeEach(() => {
  env = createSimulatorEnv();
});

const put = (Policy: string, more: { KeyId?: string; BypassPolicyLockoutSafetyCheck?: boolean } = {}) =>
  env.clients(shared).kms.send(new PutKeyPolicyCommand({ KeyId: id, Policy, ...more }));

const read = (KeyId = id) => env.clients(shared).kms.send(new GetKeyPolicyCommand({ KeyId }));

describe('a key policy', () => {
  test('returns the default key policy until another one is written', async () => {
    expect(JSON.parse((await read()).Policy ?? '').Statement[0].Sid).toBe('Enable IAM User Permissions');
    await put(text(administration, use));
    expect(JSON.parse((await read(env.keyArn)).Policy ?? '').Statement[1]).toEqual({
      ...use,
      Principal: { AWS: `arn:aws:iam::${member}:root` },
      Action: 'kms:Decrypt',
    });
  });

  test('keeps the id of a multi-Region key', async () => {
    const arn = env.organization.addKey({ accountId: shared, id: 'mrk-1234abcd12ab34cd56ef1234567890ab' });
    const { KeyMetadata } = await env.clients(shared).kms.send(new DescribeKeyCommand({ KeyId: arn }));
    expect(KeyMetadata).toMatchObject({
      Arn: arn,
      KeyId: 'mrk-1234abcd12ab34cd56ef1234567890ab',
      AWSAccountId: shared,
    });
    await expect(put(text(administration), { KeyId: arn })).resolves.toBeDefined();
  });

  test.each([
    ['an alias', 'alias/example', 'InvalidArnException'],
    ['the ARN of an alias', `arn:aws:kms:us-east-1:${shared}:alias/example`, 'InvalidArnException'],
    ['a key that does not exist', '00000000-0000-4000-8000-000000000000', 'NotFoundException'],
    ['a key of another account', `arn:aws:kms:us-east-1:${log}:key/${id}`, 'AccessDeniedException'],
    ['a key of another region', `arn:aws:kms:eu-west-1:${shared}:key/${id}`, 'NotFoundException'],
  ])('finds no key by %s', async (_, KeyId, name) => {
    expect(await refusal(put(text(administration), { KeyId }))).toMatchObject({ name });
    expect(await refusal(read(KeyId))).toMatchObject({ name });
  });

  test('accepts a key policy of 32,768 bytes with white space and refuses a longer one', async () => {
    const empty = JSON.stringify({ ...policy(administration), Id: '' }).length;
    const padded = (length: number) => `${' '.repeat(100)}${sized(length - 100 - empty)}`;
    const sized = (id: number) => JSON.stringify({ ...policy(administration), Id: 'x'.repeat(id) });
    await expect(put(padded(32_768))).resolves.toBeDefined();
    expect(await refusal(put(padded(32_769)))).toMatchObject({ name: 'LimitExceededException' });
  });

  test.each<[string, string]>([
    ['no JSON', 'policy'],
    [
      'a statement without a principal',
      text(administration, { Effect: 'Allow', Action: '*', Resource: '*' }),
    ],
    [
      'a statement without a resource',
      text(administration, { Effect: 'Allow', Principal: { AWS: member }, Action: '*' }),
    ],
  ])('refuses a malformed key policy with %s', async (_, Policy) => {
    expect(await refusal(put(Policy))).toMatchObject({
      name: 'MalformedPolicyDocumentException',
      status: 400,
    });
  });
});

describe('the lock-out check', () => {
  const lockOut = text(use);

  test('refuses a key policy that would not let the caller change it again', async () => {
    expect(await refusal(put(lockOut))).toEqual({
      name: 'MalformedPolicyDocumentException',
      status: 400,
      message: 'The new key policy will not allow you to update the key policy in the future.',
    });
  });

  test('accepts a key policy that names the calling role', async () => {
    await expect(put(text({ ...administration, Principal: { AWS: spoke } }))).resolves.toBeDefined();
  });

  test('bypasses the lockout check, so that no principal can change the key policy', async () => {
    await put(lockOut, { BypassPolicyLockoutSafetyCheck: true });
    expect(await refusal(put(text(administration)))).toMatchObject({ name: 'AccessDeniedException' });
  });
});

describe('permission on a key', () => {
  const withKeyPolicy = (permissions: PolicyDocument, keyPolicy: PolicyDocument) => {
    env = createSimulatorEnv(permissions);
    env.organization.editPolicy('key', env.keyArn, keyPolicy);
  };

  test('denies the use of a key when the key policy does not allow it, whatever the role may do', async () => {
    withKeyPolicy(policy({ Effect: 'Allow', Action: '*', Resource: '*' }), policy(use));
    expect(await refusal(read())).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('no resource-based policy'),
    });
  });

  test('requires permission of the role when the key policy names only the account', async () => {
    withKeyPolicy(policy(), policy(administration));
    expect(await refusal(read())).toMatchObject({
      message: expect.stringContaining('no identity-based policy'),
    });
  });

  test('requires no permission of the role when the key policy names the role', async () => {
    withKeyPolicy(policy(), policy({ ...administration, Principal: { AWS: spoke } }));
    await expect(read()).resolves.toBeDefined();
  });
});
