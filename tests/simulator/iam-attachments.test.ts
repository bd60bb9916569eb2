import {
  AttachRolePolicyCommand,
  DeletePolicyCommand,
  DetachGroupPolicyCommand,
  DetachRolePolicyCommand,
  GetGroupCommand,
  GetRoleCommand,
  IAMClient,
  ListAttachedGroupPoliciesCommand,
  ListAttachedRolePoliciesCommand,
  ListEntitiesForPolicyCommand,
} from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Statement } from '../../shared/iam/document.ts';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import {
  assumeDeveloperText,
  createIamPolicyEnv,
  getManagedPolicyArn,
  policyPath,
} from '../fixtures/iam-policy-env.ts';
import { groupName, policy, refusal, region, security, text } from '../fixtures/simulator-env.ts';

const RoleName = 'account-onboarding-spoke';
let { env, iam, createPolicy, attachToGroup } = createIamPolicyEnv();

beforeEach(() => {
  ({ env, iam, createPolicy, attachToGroup } = createIamPolicyEnv());
});

describe('attachments', () => {
  const PolicyArn = getManagedPolicyArn('developers');

  beforeEach(() => createPolicy('developers'));

  test('attaches a policy to a group and a role once, and detaches it once', async () => {
    await attachToGroup(PolicyArn);
    await attachToGroup(PolicyArn);
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    const entities = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }));
    expect(entities.PolicyGroups?.map(({ GroupName }) => GroupName)).toEqual([groupName]);
    expect(entities.PolicyRoles?.map((role) => role.RoleName)).toEqual([RoleName]);
    const ofRole = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName, PathPrefix: policyPath }));
    expect(ofRole.AttachedPolicies).toEqual([{ PolicyArn, PolicyName: 'developers' }]);
    await iam.send(new DetachGroupPolicyCommand({ GroupName: groupName, PolicyArn }));
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    const again = iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    expect(await refusal(again)).toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('refuses to delete a policy while it is attached', async () => {
    await attachToGroup(PolicyArn);
    expect(await refusal(iam.send(new DeletePolicyCommand({ PolicyArn })))).toMatchObject({
      name: 'DeleteConflictException',
      message: 'Cannot delete a policy attached to entities.',
    });
  });

  test('limits a group to ten attached policies', async () => {
    for (let index = 1; index <= 10; index++) {
      await createPolicy(`shard-${index}`);
      await attachToGroup(getManagedPolicyArn(`shard-${index}`));
    }
    expect(await refusal(attachToGroup(PolicyArn))).toMatchObject({
      name: 'LimitExceededException',
      status: 409,
    });
    await expect(attachToGroup(getManagedPolicyArn('shard-3'))).resolves.toBeDefined();
  });

  test('lists attached policies below a path', async () => {
    const other = env.organization.addManagedPolicy({
      accountId: security,
      name: 'other',
      document: assumeDeveloperText,
    });
    await attachToGroup(PolicyArn);
    await attachToGroup(other);
    const list = (PathPrefix?: string) =>
      iam.send(new ListAttachedGroupPoliciesCommand({ GroupName: groupName, PathPrefix }));
    expect((await list()).AttachedPolicies).toHaveLength(2);
    expect((await list(policyPath)).AttachedPolicies).toEqual([{ PolicyArn, PolicyName: 'developers' }]);
  });

  test('refuses an attachment when the group, the role or the policy is missing', async () => {
    expect(await refusal(attachToGroup(PolicyArn, 'Nobody'))).toMatchObject({
      name: 'NoSuchEntityException',
    });
    expect(await refusal(attachToGroup(getManagedPolicyArn('nothing')))).toMatchObject({
      name: 'NoSuchEntityException',
    });
    const toRole = iam.send(new AttachRolePolicyCommand({ RoleName: 'Nobody', PolicyArn }));
    expect(await refusal(toRole)).toMatchObject({ name: 'NoSuchEntityException' });
  });

  test('gives a role what the default version of its policy allows', async () => {
    env.organization.addRole({ accountId: security, name: 'limited', trust: policy() });
    await createPolicy('readers', {
      PolicyDocument: text({ Effect: 'Allow', Action: 'iam:Get*', Resource: '*' }),
    });
    await iam.send(
      new AttachRolePolicyCommand({ RoleName: 'limited', PolicyArn: getManagedPolicyArn('readers') }),
    );
    const credentials = env.organization.credentialsOf(security, 'limited');
    const limited = withPlugins(new IAMClient({ region, credentials }), [env.organization.plugin()]);
    await expect(limited.send(new GetGroupCommand({ GroupName: groupName }))).resolves.toBeDefined();
    const more = limited.send(new DetachGroupPolicyCommand({ GroupName: groupName, PolicyArn }));
    expect(await refusal(more)).toMatchObject({ name: 'AccessDenied' });
  });
});

test('returns groups and roles', async () => {
  const { Group } = await iam.send(new GetGroupCommand({ GroupName: groupName }));
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  expect(Group?.Arn).toBe(`arn:aws:iam::${security}:group/${groupName}`);
  expect(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).toContain('sts:AssumeRole');
  expect(await refusal(iam.send(new GetGroupCommand({ GroupName: 'Nobody' })))).toMatchObject({
    name: 'NoSuchEntityException',
  });
});

describe('permission', () => {
  test("requires permission for each IAM action, and fails with IAM's message", async () => {
    ({ env, iam, createPolicy, attachToGroup } = createIamPolicyEnv(
      policy({ Effect: 'Allow', Action: 'iam:Get*', Resource: '*' }),
    ));
    expect(await refusal(createPolicy('developers'))).toEqual({
      name: 'AccessDenied',
      status: 403,
      message: expect.stringContaining(`iam:CreatePolicy on resource: ${getManagedPolicyArn('developers')}`),
    });
  });

  test('limits permission by path, request tags and the attached policy', async () => {
    const allowed: Statement[] = [
      {
        Effect: 'Allow',
        Action: ['iam:CreatePolicy', 'iam:TagPolicy'],
        Resource: `arn:aws:iam::*:policy${policyPath}*`,
        Condition: { StringEquals: { 'aws:RequestTag/managed-by': 'account-onboarding' } },
      },
      {
        Effect: 'Allow',
        Action: 'iam:AttachGroupPolicy',
        Resource: '*',
        Condition: { ArnLike: { 'iam:PolicyARN': `arn:aws:iam::*:policy${policyPath}*` } },
      },
    ];
    ({ env, iam, createPolicy, attachToGroup } = createIamPolicyEnv(policy(...allowed)));
    const Tags = [{ Key: 'managed-by', Value: 'account-onboarding' }];
    expect(await refusal(createPolicy('untagged'))).toMatchObject({ name: 'AccessDenied' });
    expect(await refusal(createPolicy('elsewhere', { Path: '/', Tags }))).toMatchObject({
      name: 'AccessDenied',
    });
    await expect(createPolicy('developers', { Tags })).resolves.toBeDefined();
    await expect(attachToGroup(getManagedPolicyArn('developers'))).resolves.toBeDefined();
    const other = env.organization.addManagedPolicy({
      accountId: security,
      name: 'other',
      document: assumeDeveloperText,
    });
    expect(await refusal(attachToGroup(other))).toMatchObject({ name: 'AccessDenied' });
  });
});
