import {
  AttachGroupPolicyCommand,
  CreatePolicyCommand,
  type CreatePolicyCommandInput,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  ListPoliciesCommand,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  paginateListAttachedGroupPolicies,
  paginateListPolicies,
  SetDefaultPolicyVersionCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import {
  createSimulatorEnv,
  groupName,
  log,
  policy,
  refusal,
  type SimulatorEnv,
  security,
  text,
} from '../fixtures/simulator-env.ts';

const Path = '/account-onboarding/';
const assumeRole: Statement = {
  Effect: 'Allow',
  Action: ['sts:AssumeRole'],
  Resource: `arn:aws:iam::${log}:role/Developer`,
};
const document = text(assumeRole);
const arnOf = (name: string) => `arn:aws:iam::${security}:policy${Path}${name}`;

let env: SimulatorEnv;
let iam: ReturnType<SimulatorEnv['clients']>['iam'];

beforeEach(() => {
  env = createSimulatorEnv();
  ({ iam } = env.clients(security));
});

const create = (PolicyName: string, more: Partial<CreatePolicyCommandInput> = {}) =>
  iam.send(new CreatePolicyCommand({ PolicyName, Path, PolicyDocument: document, ...more }));

const addVersion = (PolicyArn: string, SetAsDefault = true, PolicyDocument = document) =>
  iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault }));

const attach = (PolicyArn: string, GroupName = groupName) =>
  iam.send(new AttachGroupPolicyCommand({ GroupName, PolicyArn }));

describe('a managed policy', () => {
  test('is created with path, description and tags, and read again', async () => {
    const Tags = [{ Key: 'managed-by', Value: 'account-onboarding' }];
    const { Policy } = await create('developers', { Description: 'What developers may do', Tags });
    expect(Policy?.Arn).toBe(arnOf('developers'));
    const read = await iam.send(new GetPolicyCommand({ PolicyArn: arnOf('developers') }));
    expect(read.Policy).toMatchObject({
      PolicyName: 'developers',
      Path,
      Tags,
      Description: 'What developers may do',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
    });
    const tags = await iam.send(new ListPolicyTagsCommand({ PolicyArn: arnOf('developers') }));
    expect(tags.Tags).toEqual(Tags);
  });

  test('has its document encoded as RFC 3986 says, and otherwise as it was put', async () => {
    const odd = text({
      ...assumeRole,
      Sid: 'Odd',
      Condition: { StringLike: { 'aws:userid': "it's (a) *!" } },
    });
    await create('odd', { PolicyDocument: odd });
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: arnOf('odd'), VersionId: 'v1' }),
    );
    expect(PolicyVersion?.Document).not.toMatch(/[{}" '()*!]/);
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(odd);
  });

  test('exists once by its name', async () => {
    await create('developers');
    expect(await refusal(create('developers'))).toMatchObject({
      name: 'EntityAlreadyExistsException',
      status: 409,
    });
  });

  test('that does not exist is not found, nor is one of another account', async () => {
    const foreign = env.organization.addManagedPolicy({ accountId: log, name: 'foreign', document });
    for (const PolicyArn of [arnOf('nothing'), foreign])
      expect(await refusal(iam.send(new GetPolicyCommand({ PolicyArn })))).toMatchObject({
        name: 'NoSuchEntityException',
        status: 404,
      });
  });

  test.each<[string, string, string]>([
    ['no JSON', '{', 'Syntax errors in policy.'],
    ['a principal', text({ ...assumeRole, Principal: { AWS: log } }), 'should not specify a principal'],
    ['no resource', text({ Effect: 'Allow', Action: 'sts:AssumeRole' }), 'must contain resources'],
    [
      'a resource that is no ARN',
      text({ ...assumeRole, Resource: 'role/Developer' }),
      'must be in ARN format',
    ],
    ['an action without a service', text({ ...assumeRole, Action: 'AssumeRole' }), 'prefaced by a vendor'],
    ['a hyphen in the Sid', text({ ...assumeRole, Sid: 'not-so' }), 'must be alpha-numeric'],
    ['one Sid twice', text({ ...assumeRole, Sid: 'Same' }, { ...assumeRole, Sid: 'Same' }), 'must be unique'],
  ])('with %s is malformed', async (_, PolicyDocument, message) => {
    const malformed = { name: 'MalformedPolicyDocumentException', message: expect.stringContaining(message) };
    expect(await refusal(create('wrong', { PolicyDocument }))).toMatchObject(malformed);
    await create('right');
    expect(await refusal(addVersion(arnOf('right'), true, PolicyDocument))).toMatchObject(malformed);
  });

  test('of 6,144 characters besides white space is taken, of one more refused', async () => {
    const empty = JSON.stringify({ ...policy(assumeRole), Id: '' }).length;
    const sized = (length: number) =>
      JSON.stringify({ ...policy(assumeRole), Id: 'x'.repeat(length - empty) }, undefined, 4);
    await expect(create('full', { PolicyDocument: sized(6_144) })).resolves.toBeDefined();
    expect(await refusal(create('over', { PolicyDocument: sized(6_145) }))).toMatchObject({
      name: 'LimitExceededException',
    });
  });

  test('accepts a longer trust policy when AWS has raised the quota', async () => {
    const RoleName = 'Shared';
    env.organization.addRole({ accountId: security, name: RoleName, trust: policy() });
    const trust = { Effect: 'Allow', Principal: { AWS: security }, Action: 'sts:AssumeRole' } as const;
    const PolicyDocument = JSON.stringify({ ...policy(trust), Id: 'x'.repeat(2_048) });
    const update = () => iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));

    expect(await refusal(update())).toMatchObject({ name: 'LimitExceededException' });
    env.organization.world.quotas.roleTrustPolicyCharacters = 4_096;

    await expect(update()).resolves.toBeDefined();
  });

  test('wants a name and a path that IAM knows', async () => {
    expect(await refusal(create('no spaces'))).toMatchObject({ name: 'ValidationError' });
    expect(await refusal(create('developers', { Path: 'no-slash' }))).toMatchObject({
      name: 'ValidationError',
    });
  });
});

describe('a trust policy that names a user', () => {
  const user = 'arn:aws:iam::123456789012:user/partner';
  const trusting = (principal: string) =>
    text({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' });

  test('names its unique id once it is deleted, which no write takes', async () => {
    const { organization } = env;
    organization.addForeignAccount('123456789012');
    organization.addPrincipal(user);
    organization.addRole({ accountId: security, name: 'Shared', trust: trusting(user) });

    organization.deletePrincipal(user);
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'Shared' }));
    const now = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
    const again = iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'Shared', PolicyDocument: now }));

    expect(now).toMatch(/"AIDA[A-Z2-7]{17}"/);
    expect(await refusal(again)).toMatchObject({
      name: 'MalformedPolicyDocumentException',
      message: expect.stringMatching(/^Invalid principal in policy: "AWS":"AIDA/),
    });
  });
});

describe('versions', () => {
  const PolicyArn = arnOf('developers');
  const versions = async () => (await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))).Versions ?? [];
  const removeVersion = (VersionId: string) =>
    iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));

  beforeEach(() => create('developers'));

  test('are five at most, and their numbers are not used again', async () => {
    for (let version = 2; version <= 5; version++) await addVersion(PolicyArn);
    expect(await refusal(addVersion(PolicyArn))).toMatchObject({
      name: 'LimitExceededException',
      status: 409,
    });
    await removeVersion('v1');
    await addVersion(PolicyArn);
    expect((await versions()).map(({ VersionId }) => VersionId)).toEqual(['v6', 'v5', 'v4', 'v3', 'v2']);
  });

  test('take effect when they become the default', async () => {
    await addVersion(PolicyArn, false);
    expect((await versions()).find(({ IsDefaultVersion }) => IsDefaultVersion)?.VersionId).toBe('v1');
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    expect((await versions()).find(({ IsDefaultVersion }) => IsDefaultVersion)?.VersionId).toBe('v2');
  });

  test('that are the default, or do not exist, cannot be deleted', async () => {
    expect(await refusal(removeVersion('v1'))).toMatchObject({
      name: 'DeleteConflictException',
      status: 409,
    });
    expect(await refusal(removeVersion('v7'))).toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('keep a policy from being deleted', async () => {
    await addVersion(PolicyArn);
    expect(await refusal(iam.send(new DeletePolicyCommand({ PolicyArn })))).toMatchObject({
      name: 'DeleteConflictException',
    });
    await removeVersion('v1');
    await iam.send(new DeletePolicyCommand({ PolicyArn }));
    expect(await refusal(versions())).toMatchObject({ name: 'NoSuchEntityException' });
  });
});

describe('lists', () => {
  test('of policies come in pages of twenty, below a path, of this account', async () => {
    for (let index = 0; index < 45; index++) await create(`shard-${index}`);
    env.organization.addManagedPolicy({ accountId: security, name: 'other', document });
    env.organization.addManagedPolicy({ accountId: log, path: Path, name: 'foreign', document });
    const names = new Set<string | undefined>();
    const pages = paginateListPolicies({ client: iam }, { Scope: 'Local', PathPrefix: Path });
    for await (const { Policies = [] } of pages) {
      expect(Policies.length).toBeLessThanOrEqual(20);
      for (const { PolicyName } of Policies) names.add(PolicyName);
    }
    expect(names.size).toBe(45);
  });

  test('of attachments come in pages as small as asked for', async () => {
    for (const name of ['a', 'b', 'c']) {
      await create(name);
      await attach(arnOf(name));
    }
    const sizes: number[] = [];
    const pages = paginateListAttachedGroupPolicies({ client: iam, pageSize: 2 }, { GroupName: groupName });
    for await (const { AttachedPolicies = [] } of pages) sizes.push(AttachedPolicies.length);
    expect(sizes).toEqual([2, 1]);
  });

  test('of policies of AWS are not modeled', async () => {
    expect(await refusal(iam.send(new ListPoliciesCommand({})))).toMatchObject({ name: 'NotSimulated' });
  });
});
