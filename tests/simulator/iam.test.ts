import {
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
import {
  assumeDeveloper,
  assumeDeveloperText,
  createIamPolicyEnv,
  getManagedPolicyArn,
  policyPath,
} from '../fixtures/iam-policy-env.ts';
import { groupName, log, policy, refusal, security, text } from '../fixtures/simulator-env.ts';

let { env, iam, createPolicy, attachToGroup } = createIamPolicyEnv();

beforeEach(() => {
  ({ env, iam, createPolicy, attachToGroup } = createIamPolicyEnv());
});

const addVersion = (PolicyArn: string, SetAsDefault = true, PolicyDocument = assumeDeveloperText) =>
  iam.send(new CreatePolicyVersionCommand({ PolicyArn, PolicyDocument, SetAsDefault }));

describe('a managed policy', () => {
  test('creates a managed policy with path, description and tags', async () => {
    const Tags = [{ Key: 'managed-by', Value: 'account-onboarding' }];
    const { Policy } = await createPolicy('developers', { Description: 'What developers may do', Tags });
    expect(Policy?.Arn).toBe(getManagedPolicyArn('developers'));
    const read = await iam.send(new GetPolicyCommand({ PolicyArn: getManagedPolicyArn('developers') }));
    expect(read.Policy).toMatchObject({
      PolicyName: 'developers',
      Path: policyPath,
      Tags,
      Description: 'What developers may do',
      DefaultVersionId: 'v1',
      AttachmentCount: 0,
    });
    const tags = await iam.send(new ListPolicyTagsCommand({ PolicyArn: getManagedPolicyArn('developers') }));
    expect(tags.Tags).toEqual(Tags);
  });

  test('returns a policy document in RFC 3986 encoding, and otherwise unchanged', async () => {
    const odd = text({
      ...assumeDeveloper,
      Sid: 'Odd',
      Condition: { StringLike: { 'aws:userid': "it's (a) *!" } },
    });
    await createPolicy('odd', { PolicyDocument: odd });
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: getManagedPolicyArn('odd'), VersionId: 'v1' }),
    );
    expect(PolicyVersion?.Document).not.toMatch(/[{}" '()*!]/);
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toBe(odd);
  });

  test('refuses a second managed policy with the same name', async () => {
    await createPolicy('developers');
    expect(await refusal(createPolicy('developers'))).toMatchObject({
      name: 'EntityAlreadyExistsException',
      status: 409,
    });
  });

  test('finds no policy that does not exist or belongs to another account', async () => {
    const foreign = env.organization.addManagedPolicy({
      accountId: log,
      name: 'foreign',
      document: assumeDeveloperText,
    });
    for (const PolicyArn of [getManagedPolicyArn('nothing'), foreign])
      expect(await refusal(iam.send(new GetPolicyCommand({ PolicyArn })))).toMatchObject({
        name: 'NoSuchEntityException',
        status: 404,
      });
  });

  test.each<[string, string, string]>([
    ['no JSON', '{', 'Syntax errors in policy.'],
    ['a principal', text({ ...assumeDeveloper, Principal: { AWS: log } }), 'should not specify a principal'],
    ['no resource', text({ Effect: 'Allow', Action: 'sts:AssumeRole' }), 'must contain resources'],
    [
      'a resource that is no ARN',
      text({ ...assumeDeveloper, Resource: 'role/Developer' }),
      'must be in ARN format',
    ],
    [
      'an action without a service',
      text({ ...assumeDeveloper, Action: 'AssumeRole' }),
      'prefaced by a vendor',
    ],
    ['a hyphen in the Sid', text({ ...assumeDeveloper, Sid: 'not-so' }), 'must be alpha-numeric'],
    [
      'one Sid twice',
      text({ ...assumeDeveloper, Sid: 'Same' }, { ...assumeDeveloper, Sid: 'Same' }),
      'must be unique',
    ],
  ])('refuses a malformed managed policy with %s', async (_, PolicyDocument, message) => {
    const malformed = { name: 'MalformedPolicyDocumentException', message: expect.stringContaining(message) };
    expect(await refusal(createPolicy('wrong', { PolicyDocument }))).toMatchObject(malformed);
    await createPolicy('right');
    expect(await refusal(addVersion(getManagedPolicyArn('right'), true, PolicyDocument))).toMatchObject(
      malformed,
    );
  });

  test('accepts a managed policy of 6,144 characters without white space and refuses a longer one', async () => {
    const empty = JSON.stringify({ ...policy(assumeDeveloper), Id: '' }).length;
    const sized = (length: number) =>
      JSON.stringify({ ...policy(assumeDeveloper), Id: 'x'.repeat(length - empty) }, undefined, 4);
    await expect(createPolicy('full', { PolicyDocument: sized(6_144) })).resolves.toBeDefined();
    expect(await refusal(createPolicy('over', { PolicyDocument: sized(6_145) }))).toMatchObject({
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

  test('requires a valid name and path for a managed policy', async () => {
    expect(await refusal(createPolicy('no spaces'))).toMatchObject({ name: 'ValidationError' });
    expect(await refusal(createPolicy('developers', { Path: 'no-slash' }))).toMatchObject({
      name: 'ValidationError',
    });
  });
});

describe('a trust policy that names a user', () => {
  const user = 'arn:aws:iam::123456789012:user/partner';
  const trusting = (principal: string) =>
    text({ Effect: 'Allow', Principal: { AWS: principal }, Action: 'sts:AssumeRole' });

  test("shows a deleted user's unique id in a trust policy, and refuses writes of that policy", async () => {
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
  const PolicyArn = getManagedPolicyArn('developers');
  const versions = async () => (await iam.send(new ListPolicyVersionsCommand({ PolicyArn }))).Versions ?? [];
  const removeVersion = (VersionId: string) =>
    iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));

  beforeEach(() => createPolicy('developers'));

  test('keeps at most five policy versions, and never reuses their numbers', async () => {
    for (let version = 2; version <= 5; version++) await addVersion(PolicyArn);
    expect(await refusal(addVersion(PolicyArn))).toMatchObject({
      name: 'LimitExceededException',
      status: 409,
    });
    await removeVersion('v1');
    await addVersion(PolicyArn);
    expect((await versions()).map(({ VersionId }) => VersionId)).toEqual(['v6', 'v5', 'v4', 'v3', 'v2']);
  });

  test('applies a policy version when it becomes the default', async () => {
    await addVersion(PolicyArn, false);
    expect((await versions()).find(({ IsDefaultVersion }) => IsDefaultVersion)?.VersionId).toBe('v1');
    await iam.send(new SetDefaultPolicyVersionCommand({ PolicyArn, VersionId: 'v2' }));
    expect((await versions()).find(({ IsDefaultVersion }) => IsDefaultVersion)?.VersionId).toBe('v2');
  });

  test('refuses to delete a policy version that is the default or does not exist', async () => {
    expect(await refusal(removeVersion('v1'))).toMatchObject({
      name: 'DeleteConflictException',
      status: 409,
    });
    expect(await refusal(removeVersion('v7'))).toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('refuses to delete a policy while it has several versions', async () => {
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
  test('lists policies of the account below a path in pages of twenty', async () => {
    for (let index = 0; index < 45; index++) await createPolicy(`shard-${index}`);
    env.organization.addManagedPolicy({ accountId: security, name: 'other', document: assumeDeveloperText });
    env.organization.addManagedPolicy({
      accountId: log,
      path: policyPath,
      name: 'foreign',
      document: assumeDeveloperText,
    });
    const names = new Set<string | undefined>();
    const pages = paginateListPolicies({ client: iam }, { Scope: 'Local', PathPrefix: policyPath });
    for await (const { Policies = [] } of pages) {
      expect(Policies.length).toBeLessThanOrEqual(20);
      for (const { PolicyName } of Policies) names.add(PolicyName);
    }
    expect(names.size).toBe(45);
  });

  test('lists attachments in pages of the requested size', async () => {
    for (const name of ['a', 'b', 'c']) {
      await createPolicy(name);
      await attachToGroup(getManagedPolicyArn(name));
    }
    const sizes: number[] = [];
    const pages = paginateListAttachedGroupPolicies({ client: iam, pageSize: 2 }, { GroupName: groupName });
    for await (const { AttachedPolicies = [] } of pages) sizes.push(AttachedPolicies.length);
    expect(sizes).toEqual([2, 1]);
  });

  test('refuses to list AWS managed policies, which are not simulated', async () => {
    expect(await refusal(iam.send(new ListPoliciesCommand({})))).toMatchObject({ name: 'NotSimulated' });
  });
});
