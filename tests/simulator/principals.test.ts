import { SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { PutKeyPolicyCommand } from '@aws-sdk/client-kms';
import { PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { PutResourcePolicyCommand } from '@aws-sdk/client-secrets-manager';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Principal, Statement } from '../../shared/iam/document.ts';
import { InvalidPrincipalError } from '../../shared/platform/aws/errors.ts';
import { isKnownPrincipal } from '../../simulator/principals.ts';
import {
  bucketArn,
  createSimulatorEnv,
  log,
  member,
  policy,
  refusal,
  type SimulatorEnv,
  shared,
  text,
} from '../fixtures/simulator-env.ts';

let env: SimulatorEnv;

beforeEach(() => {
  env = createSimulatorEnv();
  env.organization.addRole({ accountId: member, name: 'Deployer', path: '/ci/', trust: policy() });
  env.organization.addForeignAccount('123456789012');
  env.organization.addPrincipal('arn:aws:iam::123456789012:role/Partner');
  env.organization.addAccount({ id: '333344445555', name: 'closing', state: 'PENDING_CLOSURE' });
  env.organization.addAccount({ id: '666677778888', name: 'closed', state: 'SUSPENDED' });
});

describe('AWS accepts', () => {
  test.each([
    ['everybody', 'AWS', '*'],
    ['an active account', 'AWS', member],
    ['its root', 'AWS', `arn:aws:iam::${member}:root`],
    ['an account outside the organization', 'AWS', '123456789012'],
    ['a role by its ARN with the path', 'AWS', `arn:aws:iam::${member}:role/ci/Deployer`],
    ['a session of a role', 'AWS', `arn:aws:sts::${member}:assumed-role/Deployer/build`],
    ['a role elsewhere that was made known', 'AWS', 'arn:aws:iam::123456789012:role/Partner'],
    ['a service', 'Service', 'cloudtrail.amazonaws.com'],
    ['a service of log delivery', 'Service', 'delivery.logs.amazonaws.com'],
    ['an identity provider', 'Federated', `arn:aws:iam::${member}:saml-provider/Example`],
    ['a canonical user', 'CanonicalUser', 'ab'.repeat(32)],
  ])('accepts %s as principal', (_, type, name) => {
    expect(isKnownPrincipal(env.organization.world, type, name)).toBe(true);
  });
});

describe('AWS refuses', () => {
  test.each([
    ['an account that does not exist', 'AWS', '999999999999'],
    ['an account that is closing', 'AWS', '333344445555'],
    ['an account that was closed', 'AWS', 'arn:aws:iam::666677778888:root'],
    ['a role that does not exist', 'AWS', `arn:aws:iam::${member}:role/Nobody`],
    ['a role without its path', 'AWS', `arn:aws:iam::${member}:role/Deployer`],
    ['a role by a pattern', 'AWS', `arn:aws:iam::${member}:role/*`],
    ['a session of no role', 'AWS', `arn:aws:sts::${member}:assumed-role/Nobody/build`],
    ['another partition', 'AWS', `arn:aws-cn:iam::${member}:root`],
    ['a unique id', 'AWS', 'AROAEXAMPLEEXAMPLE123'],
    ['a word', 'AWS', 'somebody'],
    ['any service', 'Service', '*'],
    ['a service elsewhere', 'Service', 'cloudtrail.example.com'],
    ['a type that is unknown', 'Google', 'somebody'],
  ])('refuses %s as principal', (_, type, name) => {
    expect(isKnownPrincipal(env.organization.world, type, name)).toBe(false);
  });

  test('refuses an account as principal as soon as it is closed', () => {
    env.organization.closeAccount(member);
    expect(isKnownPrincipal(env.organization.world, 'AWS', member)).toBe(false);
  });

  test('refuses an account as principal while it is too new', () => {
    env.organization.refusePrincipal(member);
    expect(isKnownPrincipal(env.organization.world, 'AWS', member)).toBe(false);
    env.organization.acceptPrincipal(member);
    expect(isKnownPrincipal(env.organization.world, 'AWS', member)).toBe(true);
  });
});

const statement = (Principal: Principal, more: object): Statement => ({
  Effect: 'Allow',
  Principal,
  Action: '*',
  ...more,
});

/** Each kind of document with the same principal in it. */
const writes: Record<string, (principal: Principal) => Promise<unknown>> = {
  bucket: (principal) =>
    env.clients(log).s3.send(
      new PutBucketPolicyCommand({
        Bucket: 'example-logs',
        Policy: text(statement(principal, { Resource: bucketArn })),
      }),
    ),
  key: (principal) =>
    env.clients(shared).kms.send(
      new PutKeyPolicyCommand({
        KeyId: env.keyArn,
        Policy: text(statement({ AWS: shared }, { Resource: '*' }), statement(principal, { Resource: '*' })),
      }),
    ),
  repository: (principal) =>
    env.clients(shared).ecr.send(
      new SetRepositoryPolicyCommand({
        repositoryName: 'example/image',
        policyText: text(statement(principal, {})),
      }),
    ),
  secret: (principal) =>
    env.clients(shared).secretsManager.send(
      new PutResourcePolicyCommand({
        SecretId: env.secretArn,
        ResourcePolicy: text(statement(principal, { Resource: '*' })),
      }),
    ),
};

describe.each([
  ['bucket', 'MalformedPolicy', 'Invalid principal in policy'],
  [
    'key',
    'MalformedPolicyDocumentException',
    'Policy contains a statement with one or more invalid principals.',
  ],
  [
    'repository',
    'InvalidParameterException',
    "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Principal not found'",
  ],
  ['secret', 'MalformedPolicyDocumentException', 'This resource policy contains an unsupported principal.'],
] as const)('the policy of a %s', (kind, name, message) => {
  const write = (principal: Principal) => writes[kind]?.(principal) ?? Promise.resolve();

  test('accepts a policy with existing accounts', async () => {
    await expect(write({ AWS: [member, '123456789012'] })).resolves.toBeDefined();
  });

  test('refuses the whole policy when one account is invalid', async () => {
    expect(await refusal(write({ AWS: [member, '666677778888', '123456789012'] }))).toEqual({
      name,
      message,
      status: 400,
    });
  });

  test('throws InvalidPrincipalError when one account is invalid', async () => {
    await expect(write({ AWS: '999999999999' })).rejects.toThrow(InvalidPrincipalError);
  });

  test('refuses to write a policy again when a role that it names was deleted', async () => {
    const role = `arn:aws:iam::${member}:role/ci/Deployer`;
    await write({ AWS: role });
    env.organization.deleteRole(role);
    const id = {
      bucket: 'example-logs',
      key: env.keyArn,
      repository: env.repositoryArn,
      secret: env.secretArn,
    };
    const stored = env.organization.policyOf(kind, id[kind]);
    const principal = stored?.Statement.at(-1)?.Principal;
    expect(principal).toEqual({ AWS: expect.stringMatching(/^AROA[A-Z2-7]{17}$/) });
    expect(await refusal(write(principal ?? '*'))).toMatchObject({ name });
  });

  test('refuses to write a policy again when a user that it names was deleted', async () => {
    const user = 'arn:aws:iam::123456789012:user/partner';
    env.organization.addPrincipal(user);
    await write({ AWS: user });
    env.organization.deletePrincipal(user);
    const id = {
      bucket: 'example-logs',
      key: env.keyArn,
      repository: env.repositoryArn,
      secret: env.secretArn,
    };
    const principal = env.organization.policyOf(kind, id[kind])?.Statement.at(-1)?.Principal;
    expect(principal).toEqual({ AWS: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/) });
    expect(await refusal(write(principal ?? '*'))).toMatchObject({ name });
  });
});
