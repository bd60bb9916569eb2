import {
  type CloudFormationClient,
  DescribeStackSetCommand,
  DescribeStackSetOperationCommand,
  UpdateStackSetCommand,
  type UpdateStackSetCommandInput,
} from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  createSimulatorEnv,
  member,
  policy,
  refusal,
  type SimulatorEnv,
  security,
} from '../fixtures/simulator-env.ts';
import {
  createStackInstances,
  createStackSet,
  createStacksClient,
  listInstances,
  roleTemplate,
} from '../fixtures/stack-sets.ts';

const StackSetName = 'members';
const workloads = 'ou-abcd-workloads';
const later = '123456789012';

let env: SimulatorEnv;
let client: CloudFormationClient;

beforeEach(async () => {
  env = createSimulatorEnv();
  client = createStacksClient(env.organization);
  await createStackSet(client);
  await createStackInstances(client, { OrganizationalUnitIds: [workloads] });
  await pass(3);
});

async function pass(minutes: number) {
  env.clock.advance(minutes * 60_000);
  return (await listInstances(client)).map(({ Account, Status, StackInstanceStatus, StatusReason }) => [
    Account,
    Status,
    StackInstanceStatus?.DetailedStatus,
    ...(StatusReason === undefined ? [] : [StatusReason]),
  ]);
}

const { Role, Profile, Read } = roleTemplate.Resources;

/** The template with other properties of the role, and with other resources. */
const templateWith = (properties: object, resources: object = { Profile, Read }): string =>
  JSON.stringify({
    ...roleTemplate,
    Resources: { ...resources, Role: { ...Role, Properties: { ...Role.Properties, ...properties } } },
  });

const update = (TemplateBody: string | undefined, more: Partial<UpdateStackSetCommandInput> = {}) =>
  client.send(
    new UpdateStackSetCommand({
      StackSetName,
      TemplateBody,
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      ...more,
    }),
  );

const getWorld = () => env.organization.world;
const roleIn = (accountId: string, name = 'shop') =>
  getWorld().roles.get(`arn:aws:iam::${accountId}:role/account-onboarding/${name}`);

const trustOf = (service: string) =>
  policy({ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' });

const write = policy({ Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::example/*' });

describe('an update of a stack set', () => {
  it('changes roles in place some minutes after a StackSet update', async () => {
    const before = roleIn(member)?.uniqueId;
    const { OperationId } = await update(
      templateWith({
        AssumeRolePolicyDocument: trustOf('lambda.amazonaws.com'),
        MaxSessionDuration: 3_600,
        ManagedPolicyArns: [{ Ref: 'Read' }],
        Policies: [{ PolicyName: 'write', PolicyDocument: write }],
        Tags: [{ Key: 'team', Value: 'shop' }],
      }),
    );
    expect(await pass(2)).toEqual([[member, 'OUTDATED', 'PENDING']]);
    expect(roleIn(member)?.maxSessionSeconds).toBe(7_200);

    expect(await pass(1)).toEqual([[member, 'CURRENT', 'SUCCEEDED']]);
    const role = roleIn(member);
    expect(role).toMatchObject({ uniqueId: before, maxSessionSeconds: 3_600, tags: { team: 'shop' } });
    expect(role?.trust).toContain('lambda.amazonaws.com');
    expect([...(role?.attached ?? [])]).toEqual([expect.stringMatching(/policy\/shop-read$/)]);
    expect([...(role?.inlinePolicies.keys() ?? [])]).toEqual(['write']);
    const operation = await client.send(new DescribeStackSetOperationCommand({ StackSetName, OperationId }));
    expect(operation.StackSetOperation).toMatchObject({ Action: 'UPDATE', Status: 'SUCCEEDED' });
  });

  it("creates and removes resources when the StackSet's template changes", async () => {
    const Other = { ...Role, Properties: { ...Role.Properties, RoleName: 'other', ManagedPolicyArns: [] } };
    await update(templateWith({ ManagedPolicyArns: [] }, { Other }));
    expect(await pass(3)).toEqual([[member, 'CURRENT', 'SUCCEEDED']]);
    expect(roleIn(member, 'other')).toBeDefined();
    expect([...getWorld().instanceProfiles.values(), ...getWorld().managedPolicies.values()]).toEqual([]);
  });

  it('replaces a role when its name changes in the template', async () => {
    await update(templateWith({ RoleName: 'store' }));
    expect(await pass(3)).toEqual([[member, 'CURRENT', 'SUCCEEDED']]);
    expect(roleIn(member)).toBeUndefined();
    const [profile] = [...getWorld().instanceProfiles.values()];
    expect(profile?.roleArn).toBe(roleIn(member, 'store')?.arn);
  });

  it("keeps an account's resources when one resource fails, and keeps the new template", async () => {
    env.organization.addRole({ accountId: member, name: 'taken', trust: policy() });
    const Taken = { ...Role, Properties: { ...Role.Properties, RoleName: 'taken' } };
    const body = templateWith({ MaxSessionDuration: 3_600 }, { Profile, Read, Taken });
    await update(body);

    expect(await pass(3)).toEqual([
      [member, 'OUTDATED', 'FAILED', expect.stringContaining('Role with name taken already exists.')],
    ]);
    expect(roleIn(member)?.maxSessionSeconds).toBe(7_200);
    const { StackSet } = await client.send(new DescribeStackSetCommand({ StackSetName }));
    expect(StackSet?.TemplateBody).toBe(body);
  });

  it('succeeds when the update is tried again without the cause of the failure', async () => {
    getWorld().cloudFormation.failures.set(member, 'Account is not ready');
    await update(templateWith({ MaxSessionDuration: 3_600 }));
    expect(await pass(3)).toEqual([
      [member, 'OUTDATED', 'FAILED', expect.stringContaining('Account is not ready')],
    ]);
    getWorld().cloudFormation.failures.clear();
    await update(undefined, { UsePreviousTemplate: true });
    expect(await pass(3)).toEqual([[member, 'CURRENT', 'SUCCEEDED']]);
    expect(roleIn(member)?.maxSessionSeconds).toBe(3_600);
  });

  it('deploys the updated template to later accounts', async () => {
    await update(templateWith({ MaxSessionDuration: 3_600 }));
    await pass(3);
    env.organization.createAccount({ id: later, name: 'later' });
    env.organization.moveAccount(later, workloads);
    await pass(3);
    expect(roleIn(later)?.maxSessionSeconds).toBe(3_600);
  });

  it('removes the resources of an account that leaves after the update', async () => {
    await update(templateWith({ Policies: [{ PolicyName: 'write', PolicyDocument: write }] }));
    await pass(3);
    env.organization.moveAccount(member, 'r-abcd');
    expect(await pass(3)).toEqual([]);
    expect(roleIn(member)).toBeUndefined();
  });

  it('turns automatic deployment off when the update requests it', async () => {
    await update(undefined, { UsePreviousTemplate: true, AutoDeployment: { Enabled: false } });
    await pass(3);
    env.organization.createAccount({ id: later, name: 'later' });
    env.organization.moveAccount(later, workloads);
    expect(await pass(3)).toEqual([[member, 'CURRENT', 'SUCCEEDED']]);
  });

  it('refuses an update during another operation, without capabilities, and from a member account', async () => {
    const body = templateWith({ MaxSessionDuration: 3_600 });
    expect(await refusal(update(body, { Capabilities: [] }))).toMatchObject({
      name: 'InsufficientCapabilitiesException',
    });
    await update(body);
    expect(await refusal(update(body))).toMatchObject({ name: 'OperationInProgressException' });
    const stranger = createStacksClient(env.organization, security);
    const call = stranger.send(new UpdateStackSetCommand({ StackSetName, TemplateBody: body }));
    expect(await refusal(call)).toMatchObject({ name: 'ValidationError' });
  });
});
