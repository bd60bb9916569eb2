import {
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  type CreatePolicyCommandInput,
  CreatePolicyVersionCommand,
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  GetGroupCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  paginateListAttachedGroupPolicies,
  paginateListPolicies,
  SetDefaultPolicyVersionCommand,
} from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { withPlugins } from '../../shared/aws/plugins.ts';
import type { Statement } from '../../shared/policy/document.ts';
import { type Fixture, fixture, groupName, log, policy, refusal, region, security, text } from './fixture.ts';

const RoleName = 'account-onboarding-spoke';
const Path = '/account-onboarding/';
const assumeRole: Statement = {
  Effect: 'Allow',
  Action: ['sts:AssumeRole'],
  Resource: `arn:aws:iam::${log}:role/Developer`,
};
const document = text(assumeRole);
const arnOf = (name: string) => `arn:aws:iam::${security}:policy${Path}${name}`;

let world: Fixture;
let iam: ReturnType<Fixture['clients']>['iam'];

beforeEach(() => {
  world = fixture();
  ({ iam } = world.clients(security));
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
    const foreign = world.organisation.addManagedPolicy({ accountId: log, name: 'foreign', document });
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

  test('wants a name and a path that IAM knows', async () => {
    expect(await refusal(create('no spaces'))).toMatchObject({ name: 'ValidationError' });
    expect(await refusal(create('developers', { Path: 'no-slash' }))).toMatchObject({
      name: 'ValidationError',
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

describe('attachments', () => {
  const PolicyArn = arnOf('developers');

  beforeEach(() => create('developers'));

  test('of a group and of a role, made twice and undone once', async () => {
    await attach(PolicyArn);
    await attach(PolicyArn);
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    const entities = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
    expect(entities.PolicyGroups?.map(({ GroupName }) => GroupName)).toEqual([groupName]);
    expect(entities.PolicyRoles?.map((role) => role.RoleName)).toEqual([RoleName]);
    const ofRole = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName, PathPrefix: Path }));
    expect(ofRole.AttachedPolicies).toEqual([{ PolicyArn, PolicyName: 'developers' }]);
    await iam.send(new DetachGroupPolicyCommand({ GroupName: groupName, PolicyArn }));
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    const again = iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    expect(await refusal(again)).toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('keep a policy from being deleted', async () => {
    await attach(PolicyArn);
    expect(await refusal(iam.send(new DeletePolicyCommand({ PolicyArn })))).toMatchObject({
      name: 'DeleteConflictException',
      message: 'Cannot delete a policy attached to entities.',
    });
  });

  test('are ten a group at most', async () => {
    for (let index = 1; index <= 10; index++) {
      await create(`shard-${index}`);
      await attach(arnOf(`shard-${index}`));
    }
    expect(await refusal(attach(PolicyArn))).toMatchObject({ name: 'LimitExceededException', status: 409 });
    await expect(attach(arnOf('shard-3'))).resolves.toBeDefined();
  });

  test('are listed by path', async () => {
    const other = world.organisation.addManagedPolicy({ accountId: security, name: 'other', document });
    await attach(PolicyArn);
    await attach(other);
    const list = (PathPrefix?: string) =>
      iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: groupName, PathPrefix }));
    expect((await list()).AttachedPolicies).toHaveLength(2);
    expect((await list(Path)).AttachedPolicies).toEqual([{ PolicyArn, PolicyName: 'developers' }]);
  });

  test('need a group, a role and a policy', async () => {
    expect(await refusal(attach(PolicyArn, 'Nobody'))).toMatchObject({ name: 'NoSuchEntityException' });
    expect(await refusal(attach(arnOf('nothing')))).toMatchObject({ name: 'NoSuchEntityException' });
    const toRole = iam.send(new AttachRolePolicyCommand({ RoleName: 'Nobody', PolicyArn }));
    expect(await refusal(toRole)).toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('give a role what the default version allows', async () => {
    world.organisation.addRole({ accountId: security, name: 'limited', trust: policy() });
    await create('readers', {
      PolicyDocument: text({ Effect: 'Allow', Action: 'iam:Get*', Resource: '*' }),
    });
    await iam.send(new AttachRolePolicyCommand({ RoleName: 'limited', PolicyArn: arnOf('readers') }));
    const credentials = world.organisation.credentialsOf(security, 'limited');
    const limited = withPlugins(new IAMClient({ region, credentials }), [world.organisation.plugin()]);
    await expect(limited.send(new GetGroupCommand({ GroupName: groupName }))).resolves.toBeDefined();
    const more = limited.send(new DetachGroupPolicyCommand({ GroupName: groupName, PolicyArn }));
    expect(await refusal(more)).toMatchObject({ name: 'AccessDenied' });
  });
});

describe('lists', () => {
  test('of policies come in pages of twenty, below a path, of this account', async () => {
    for (let index = 0; index < 45; index++) await create(`shard-${index}`);
    world.organisation.addManagedPolicy({ accountId: security, name: 'other', document });
    world.organisation.addManagedPolicy({ accountId: log, path: Path, name: 'foreign', document });
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

  test('of policies of AWS are not modelled', async () => {
    expect(await refusal(iam.send(new ListPoliciesCommand({})))).toMatchObject({ name: 'NotSimulated' });
  });
});

test('groups and roles are read', async () => {
  const { Group } = await iam.send(new GetGroupCommand({ GroupName: groupName }));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  expect(Group?.Arn).toBe(`arn:aws:iam::${security}:group/${groupName}`);
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toContain('sts:AssumeRole');
  expect(await refusal(iam.send(new GetGroupCommand({ GroupName: 'Nobody' })))).toMatchObject({
    name: 'NoSuchEntityException',
  });
});

describe('permission', () => {
  test('is needed for each action, in the words of IAM', async () => {
    world = fixture(policy({ Effect: 'Allow', Action: 'iam:Get*', Resource: '*' }));
    ({ iam } = world.clients(security));
    expect(await refusal(create('developers'))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining(`iam:CreatePolicy on resource: ${arnOf('developers')}`),
    });
  });

  test('may be narrowed by path, by the tags of the request, and by the policy that is attached', async () => {
    const allowed: Statement[] = [
      {
        Effect: 'Allow',
        Action: 'iam:CreatePolicy',
        Resource: `arn:aws:iam::*:policy${Path}*`,
        Condition: { StringEquals: { 'aws:RequestTag/managed-by': 'account-onboarding' } },
      },
      {
        Effect: 'Allow',
        Action: 'iam:AttachGroupPolicy',
        Resource: '*',
        Condition: { ArnLike: { 'iam:PolicyARN': `arn:aws:iam::*:policy${Path}*` } },
      },
    ];
    world = fixture(policy(...allowed));
    ({ iam } = world.clients(security));
    const Tags = [{ Key: 'managed-by', Value: 'account-onboarding' }];
    expect(await refusal(create('untagged'))).toMatchObject({ name: 'AccessDenied' });
    expect(await refusal(create('elsewhere', { Path: '/', Tags }))).toMatchObject({ name: 'AccessDenied' });
    await expect(create('developers', { Tags })).resolves.toBeDefined();
    await expect(attach(arnOf('developers'))).resolves.toBeDefined();
    const other = world.organisation.addManagedPolicy({ accountId: security, name: 'other', document });
    expect(await refusal(attach(other))).toMatchObject({ name: 'AccessDenied' });
  });
});
