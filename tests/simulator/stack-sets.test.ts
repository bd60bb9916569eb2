import {
  type CloudFormationClient,
  CreateStackSetCommand,
  DeleteStackInstancesCommand,
  DeleteStackSetCommand,
  DescribeStackInstanceCommand,
  DescribeStackSetCommand,
  DescribeStackSetOperationCommand,
} from '@aws-sdk/client-cloudformation';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  createSimulatorEnv,
  hub,
  management,
  member,
  policy,
  refusal,
  region,
  type SimulatorEnv,
} from '../fixtures/simulator-env.ts';
import {
  createStackInstances,
  createStackSet,
  createStacksClient,
  listInstances,
} from '../fixtures/stack-sets.ts';

const workloads = 'ou-abcd-workloads';
const nested = 'ou-abcd-nested';
const elsewhere = 'ou-abcd-elsewhere';
const another = '123456789012';
const StackSetName = 'members';
const minute = 60_000;

let env: SimulatorEnv;
let client: CloudFormationClient;

beforeEach(() => {
  env = createSimulatorEnv();
  env.organization.addOu({ id: nested, name: 'Nested', parentId: workloads });
  env.organization.addOu({ id: elsewhere, name: 'Elsewhere', parentId: 'r-abcd' });
  client = createStacksClient(env.organization);
});

const roleIn = (accountId: string) =>
  env.organization.world.roles.get(`arn:aws:iam::${accountId}:role/account-onboarding/shop`);

const statuses = async () =>
  (await listInstances(client)).map(({ Account, Status, StackInstanceStatus }) => [
    Account,
    Status,
    StackInstanceStatus?.DetailedStatus,
  ]);

const pass = async (minutes: number) => {
  env.clock.advance(minutes * minute);
  return await statuses();
};

const onWorkloads = { OrganizationalUnitIds: [workloads] };

describe('a stack set', () => {
  it("creates the StackSet's resources in the accounts of its OUs after some minutes", async () => {
    await createStackSet(client);
    const { OperationId } = await createStackInstances(client, onWorkloads);
    expect(await pass(1)).toEqual([[member, 'OUTDATED', 'PENDING']]);
    expect(roleIn(member)).toBeUndefined();
    expect(await pass(2)).toEqual([[member, 'CURRENT', 'SUCCEEDED']]);
    expect(roleIn(member)).toMatchObject({ maxSessionSeconds: 7_200, path: '/account-onboarding/' });
    const operation = await client.send(new DescribeStackSetOperationCommand({ StackSetName, OperationId }));
    expect(operation.StackSetOperation?.Status).toBe('SUCCEEDED');
  });

  it('deploys to accounts of nested OUs, and never to the management account', async () => {
    env.organization.addAccount({ id: another, name: 'nested', parentId: nested });
    await createStackSet(client);
    await createStackInstances(client, { OrganizationalUnitIds: ['r-abcd'] });
    const accounts = (await pass(3)).map(([account]) => account);
    expect(accounts).toContain(another);
    expect(accounts).not.toContain(management);
    expect(roleIn(management)).toBeUndefined();
  });

  it('describes a stack set with template, targets and automatic deployment', async () => {
    await createStackSet(client);
    await createStackInstances(client, onWorkloads);
    const { StackSet } = await client.send(new DescribeStackSetCommand({ StackSetName }));
    expect(StackSet).toMatchObject({
      Status: 'ACTIVE',
      PermissionModel: 'SERVICE_MANAGED',
      AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: false },
      OrganizationalUnitIds: [workloads],
      Regions: [region],
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    });
  });

  it('refuses a StackSet without the capability that named roles require', async () => {
    expect(await refusal(createStackSet(client, { Capabilities: ['CAPABILITY_IAM'] }))).toMatchObject({
      name: 'InsufficientCapabilitiesException',
    });
  });

  it('refuses a StackSet from a member account, and accepts one from a delegated administrator', async () => {
    const { organization } = env;
    const refused = createStackSet(clientOf(member));
    expect(await refusal(refused)).toMatchObject({ name: 'ValidationError' });
    expect(await refusal(createStackSet(clientOf(hub)))).toMatchObject({ name: 'ValidationError' });
    await createStackSet(clientOf(hub), { CallAs: 'DELEGATED_ADMIN' });
    expect([...organization.world.cloudFormation.stackSets.keys()]).toEqual([StackSetName]);
  });

  it('refuses to create a stack set twice', async () => {
    await createStackSet(client);
    expect(await refusal(createStackSet(client))).toMatchObject({ name: 'NameAlreadyExistsException' });
    const input = { StackSetName: 'other', TemplateBody: '{}', PermissionModel: 'SERVICE_MANAGED' } as const;
    expect(await refusal(client.send(new CreateStackSetCommand(input)))).toMatchObject({
      name: 'ValidationError',
    });
  });
});

describe('automatic deployment', () => {
  beforeEach(async () => {
    await createStackSet(client);
    await createStackInstances(client, onWorkloads);
    await pass(3);
  });

  it('deploys to an account that is created and moved to the OU', async () => {
    const id = env.organization.createAccount({ name: 'new' });
    expect(await pass(3)).toHaveLength(1);
    env.organization.moveAccount(id, nested);
    await pass(2);
    expect(roleIn(id)).toBeUndefined();
    expect(await pass(1)).toContainEqual([id, 'CURRENT', 'SUCCEEDED']);
    expect(roleIn(id)).toBeDefined();
  });

  it("removes the StackSet's resources when an account leaves the OU", async () => {
    env.organization.moveAccount(member, elsewhere);
    await pass(2);
    expect(roleIn(member)).toBeDefined();
    expect(await pass(1)).toEqual([]);
    expect(roleIn(member)).toBeUndefined();
  });

  it("removes the StackSet's resources from an account that leaves the organization", async () => {
    env.organization.removeAccount(member);
    expect(await pass(3)).toEqual([]);
    expect(roleIn(member)).toBeUndefined();
  });

  it('ignores the account filter in automatic deployments', async () => {
    const id = env.organization.createAccount({ name: 'filtered' });
    await createStackInstances(client, {
      ...onWorkloads,
      Accounts: [member],
      AccountFilterType: 'INTERSECTION',
    });
    env.organization.moveAccount(id, workloads);
    expect(await pass(3)).toContainEqual([id, 'CURRENT', 'SUCCEEDED']);
  });
});

it('applies the account filter to the deployment that has it', async () => {
  env.organization.addAccount({ id: another, name: 'second', parentId: workloads });
  await createStackSet(client, { AutoDeployment: { Enabled: false } });
  await createStackInstances(client, {
    ...onWorkloads,
    Accounts: [another],
    AccountFilterType: 'DIFFERENCE',
  });
  expect(await pass(3)).toEqual([[member, 'CURRENT', 'SUCCEEDED']]);
  env.organization.moveAccount(another, nested);
  expect(await pass(3)).toHaveLength(1);
});

it('keeps the resources when stacks are retained', async () => {
  await createStackSet(client, { AutoDeployment: { Enabled: true, RetainStacksOnAccountRemoval: true } });
  await createStackInstances(client, onWorkloads);
  await pass(3);
  env.organization.moveAccount(member, elsewhere);
  expect(await pass(3)).toEqual([]);
  expect(roleIn(member)).toBeDefined();
});

describe('an instance', () => {
  const read = async () =>
    (
      await client.send(
        new DescribeStackInstanceCommand({
          StackSetName,
          StackInstanceAccount: member,
          StackInstanceRegion: region,
        }),
      )
    ).StackInstance;

  it("fails with the reason and creates nothing when a role's name is taken", async () => {
    env.organization.addRole({ accountId: member, name: 'shop', trust: policy() });
    await createStackSet(client);
    const { OperationId } = await createStackInstances(client, onWorkloads);
    expect(await pass(3)).toEqual([[member, 'OUTDATED', 'FAILED']]);
    expect((await read())?.StatusReason).toContain('Role with name shop already exists.');
    expect([...env.organization.world.managedPolicies.values()]).toEqual([]);
    const operation = await client.send(new DescribeStackSetOperationCommand({ StackSetName, OperationId }));
    expect(operation.StackSetOperation?.Status).toBe('FAILED');
  });

  it('fails with the reason that a test sets, and succeeds when it is deployed again', async () => {
    const { failures } = env.organization.world.cloudFormation;
    failures.set(member, 'Account is not ready');
    await createStackSet(client);
    await createStackInstances(client, onWorkloads);
    await pass(3);
    expect((await read())?.StatusReason).toContain('Account is not ready');
    failures.clear();
    await createStackInstances(client, onWorkloads);
    expect(await pass(3)).toEqual([[member, 'CURRENT', 'SUCCEEDED']]);
  });

  it('removes a stack instance with its resources, and then the StackSet', async () => {
    await createStackSet(client);
    await createStackInstances(client, onWorkloads);
    await pass(3);
    const removeSet = () => client.send(new DeleteStackSetCommand({ StackSetName }));
    expect(await refusal(removeSet())).toMatchObject({ name: 'StackSetNotEmptyException' });
    const target = { StackSetName, DeploymentTargets: onWorkloads, Regions: [region], RetainStacks: false };
    await client.send(new DeleteStackInstancesCommand(target));
    expect(await pass(3)).toEqual([]);
    expect(roleIn(member)).toBeUndefined();
    await removeSet();
    expect(await refusal(statuses())).toMatchObject({ name: 'StackSetNotFoundException' });
  });

  it('queues a stack instance while another operation runs', async () => {
    await createStackSet(client);
    await createStackInstances(client, onWorkloads);
    expect(await refusal(createStackInstances(client, onWorkloads))).toMatchObject({
      name: 'OperationInProgressException',
    });
  });
});

function clientOf(accountId: string): CloudFormationClient {
  return createStacksClient(env.organization, accountId);
}
