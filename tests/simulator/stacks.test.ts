import {
  type CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { beforeEach, expect, it } from '@jest/globals';
import {
  createSimulatorEnv,
  management,
  policy,
  refusal,
  type SimulatorEnv,
} from '../fixtures/simulator-env.ts';
import { createStacksClient, roleTemplate } from '../fixtures/stack-sets.ts';

const StackName = 'member-roles';
const roleArn = `arn:aws:iam::${management}:role/account-onboarding/shop`;

let env: SimulatorEnv;
let client: CloudFormationClient;

beforeEach(() => {
  env = createSimulatorEnv();
  client = createStacksClient(env.organization);
});

const create = (template: object = roleTemplate) =>
  client.send(
    new CreateStackCommand({
      StackName,
      TemplateBody: JSON.stringify(template),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );

const read = async () =>
  (await client.send(new DescribeStacksCommand({ StackName }))).Stacks?.find(
    (stack) => stack.StackName === StackName,
  );

it("creates a stack's resources in the order of their references", async () => {
  await create();
  expect(await read()).toMatchObject({
    StackStatus: 'CREATE_COMPLETE',
    Outputs: [{ OutputKey: 'RoleArn', OutputValue: roleArn }],
  });
  const { roles, instanceProfiles, managedPolicies } = env.organization.world;
  expect([...(roles.get(roleArn)?.attached ?? [])]).toEqual([
    `arn:aws:iam::${management}:policy/shop-read`,
    'arn:aws:iam::aws:policy/ReadOnlyAccess',
  ]);
  expect([...instanceProfiles.values()].map((profile) => profile.roleArn)).toEqual([roleArn]);
  const [readPolicy] = managedPolicies.values();
  expect(readPolicy?.versions[0]?.document).toContain(`arn:aws:iam::${management}:role/account-onboarding/*`);
});

it('deletes the resources that a stack created', async () => {
  await create();
  await client.send(new DeleteStackCommand({ StackName }));
  const { roles, instanceProfiles, managedPolicies } = env.organization.world;
  expect([roles.has(roleArn), instanceProfiles.size, managedPolicies.size]).toEqual([false, 0, 0]);
  expect(await refusal(read())).toMatchObject({ name: 'ValidationError' });
});

it('rolls a stack back when IAM refuses one of its resources', async () => {
  env.organization.addInstanceProfile({ accountId: management, name: 'shop' });
  await create();
  const stack = await read();
  expect(stack?.StackStatus).toBe('ROLLBACK_COMPLETE');
  expect(stack?.StackStatusReason).toContain('Instance Profile shop already exists.');
  expect(env.organization.world.roles.has(roleArn)).toBe(false);
  expect(env.organization.world.managedPolicies.size).toBe(0);
});

it('rolls a stack back when a resource type is not simulated', async () => {
  await create({ Resources: { Queue: { Type: 'AWS::SQS::Queue' } } });
  expect((await read())?.StackStatusReason).toContain('does not model AWS::SQS::Queue');
});

it('refuses a stack when a resource names one that the template does not have', async () => {
  const Role = {
    Type: 'AWS::IAM::Role',
    Properties: { AssumeRolePolicyDocument: policy(), RoleName: { Ref: 'Nobody' } },
  };
  await create({ Resources: { Role } });
  expect((await read())?.StackStatusReason).toContain('[Nobody]');
});
