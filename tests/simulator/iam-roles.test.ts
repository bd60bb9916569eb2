import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  type CreateRoleCommandInput,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  createSimulatorEnv,
  hub,
  policy,
  refusal,
  type SimulatorEnv,
  security,
  text,
} from '../fixtures/simulator-env.ts';

const RoleName = 'reader';
const Path = '/account-onboarding/';
const roleArn = `arn:aws:iam::${security}:role${Path}${RoleName}`;
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const trustEc2 = text({
  Effect: 'Allow',
  Principal: { Service: 'ec2.amazonaws.com' },
  Action: 'sts:AssumeRole',
});
const getObjects = text({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' });

let env: SimulatorEnv;
let iam: ReturnType<SimulatorEnv['clients']>['iam'];

beforeEach(() => {
  env = createSimulatorEnv();
  ({ iam } = env.clients(security));
});

const createRole = (more: Partial<CreateRoleCommandInput> = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: trustEc2, ...more }));

const readRole = async () => (await iam.send(new GetRoleCommand({ RoleName }))).Role;

const putPolicy = (PolicyName: string, PolicyDocument = getObjects) =>
  iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));

describe('a role', () => {
  it('returns a role as it was created', async () => {
    await createRole({ MaxSessionDuration: 7_200, Tags: [{ Key: 'team', Value: 'payments' }] });
    expect(await readRole()).toMatchObject({
      Arn: roleArn,
      Path,
      MaxSessionDuration: 7_200,
      Tags: [{ Key: 'team', Value: 'payments' }],
      CreateDate: new Date(env.clock.now()),
    });
  });

  it('refuses a role when another role has its name under any path', async () => {
    await createRole();
    expect(await refusal(createRole({ Path: '/' }))).toMatchObject({ name: 'EntityAlreadyExistsException' });
  });

  it('refuses a role when its trust policy names a role that does not exist', async () => {
    const Principal = { AWS: `arn:aws:iam::${hub}:role/nowhere` };
    const trust = text({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' });
    expect(await refusal(createRole({ AssumeRolePolicyDocument: trust }))).toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
    expect(await refusal(readRole())).toMatchObject({ name: 'NoSuchEntityException' });
  });

  it('refuses a role when its sessions are longer than twelve hours', async () => {
    expect(await refusal(createRole({ MaxSessionDuration: 43_201 }))).toMatchObject({
      name: 'ValidationError',
    });
    await createRole();
    await iam.send(new UpdateRoleCommand({ RoleName, MaxSessionDuration: 43_200 }));
    expect((await readRole())?.MaxSessionDuration).toBe(43_200);
  });

  it('deletes a role only when no policy is attached to it', async () => {
    await createRole();
    await putPolicy('read');
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: readOnly }));
    const remove = () => iam.send(new DeleteRoleCommand({ RoleName }));
    expect(await refusal(remove())).toMatchObject({ name: 'DeleteConflictException' });
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: readOnly }));
    expect(await refusal(remove())).toMatchObject({ name: 'DeleteConflictException' });
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'read' }));
    await remove();
    expect(env.organization.world.roles.has(roleArn)).toBe(false);
  });

  it('denies the read of a missing role when the caller may read only its path', async () => {
    const permissions = policy({
      Effect: 'Allow',
      Action: 'iam:GetRole',
      Resource: `arn:aws:iam::*:role${Path}*`,
    });
    const spoke = `arn:aws:iam::${security}:role/account-onboarding-spoke`;
    const role = env.organization.world.roles.get(spoke);
    if (role !== undefined) role.permissions = JSON.stringify(permissions);
    expect(await refusal(readRole())).toMatchObject({ name: 'AccessDenied' });
  });
});

describe('a permissions boundary', () => {
  it('puts, reads and deletes a permissions boundary', async () => {
    await createRole();
    const put = (PermissionsBoundary: string) =>
      iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
    expect(await refusal(put(`arn:aws:iam::${security}:policy/none`))).toMatchObject({
      name: 'NoSuchEntityException',
    });
    await put(readOnly);
    expect((await readRole())?.PermissionsBoundary?.PermissionsBoundaryArn).toBe(readOnly);
    await iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    expect((await readRole())?.PermissionsBoundary).toBeUndefined();
  });
});

describe('inline policies', () => {
  beforeEach(async () => {
    await createRole();
  });

  it('lists inline policies and reads them by name', async () => {
    await putPolicy('read');
    await putPolicy('write');
    const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    expect(PolicyNames).toEqual(['read', 'write']);
    const { PolicyDocument = '' } = await iam.send(
      new GetRolePolicyCommand({ RoleName, PolicyName: 'read' }),
    );
    expect(decodeURIComponent(PolicyDocument)).toBe(getObjects);
  });

  it('refuses inline policies when all of them together exceed 10,240 characters', async () => {
    const half = text({
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${'a'.repeat(5_100)}`,
    });
    await putPolicy('first', half);
    expect(await refusal(putPolicy('second', half))).toMatchObject({ name: 'LimitExceededException' });
    await putPolicy('first', half);
  });

  it('finds no inline policy after it was deleted', async () => {
    await putPolicy('read');
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'read' }));
    expect(await refusal(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'read' })))).toMatchObject(
      {
        name: 'NoSuchEntityException',
      },
    );
  });
});

describe('a policy that AWS manages', () => {
  it('attaches and reads an AWS managed policy like any other', async () => {
    await createRole();
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: readOnly }));
    const { AttachedPolicies } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
    expect(AttachedPolicies).toEqual([{ PolicyName: 'ReadOnlyAccess', PolicyArn: readOnly }]);
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: readOnly }));
    const { PolicyVersion } = await iam.send(
      new GetPolicyVersionCommand({ PolicyArn: readOnly, VersionId: Policy?.DefaultVersionId }),
    );
    expect(decodeURIComponent(PolicyVersion?.Document ?? '')).toContain('s3:Get*');
  });

  it('refuses to change an AWS managed policy', async () => {
    const change = iam.send(
      new CreatePolicyVersionCommand({ PolicyArn: readOnly, PolicyDocument: getObjects, SetAsDefault: true }),
    );
    expect(await refusal(change)).toMatchObject({ name: 'AccessDenied' });
  });
});

describe('an instance profile', () => {
  const InstanceProfileName = 'reader';

  it("keeps an instance profile's role from being deleted", async () => {
    await createRole();
    await createRole({ RoleName: 'second' });
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName, Path }));
    const add = (name: string) =>
      iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: name }));
    await add(RoleName);
    expect(await refusal(add('second'))).toMatchObject({ name: 'LimitExceededException' });
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    expect(InstanceProfile?.Arn).toBe(`arn:aws:iam::${security}:instance-profile${Path}reader`);
    expect(InstanceProfile?.Roles?.map(({ Arn }) => Arn)).toEqual([roleArn]);
    expect(await refusal(iam.send(new DeleteRoleCommand({ RoleName })))).toMatchObject({
      name: 'DeleteConflictException',
    });
  });

  it('deletes an instance profile after its role was removed', async () => {
    await createRole();
    await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName }));
    await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
    const remove = () => iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName }));
    expect(await refusal(remove())).toMatchObject({ name: 'DeleteConflictException' });
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName }));
    await remove();
    const read = iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    expect(await refusal(read)).toMatchObject({ name: 'NoSuchEntityException' });
  });
});
