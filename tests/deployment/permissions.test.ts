import { beforeAll, describe, expect, test } from '@jest/globals';
import { listSpokeFunctions } from '../../shared/cloudformation/names.ts';
import { rolePath } from '../../shared/configuration/installation-names.ts';
import { deployedMachines } from '../../simulator/deployed-machines.ts';
import {
  arnText,
  type Deployment,
  deployment,
  functionLogicalId,
  functionToken,
  resourcesOf,
  statementsOf,
} from '../fixtures/deployment/deployment.ts';
import { tasksOf } from '../fixtures/deployment/state-machines.ts';

let deployed: Deployment;
beforeAll(async () => {
  deployed = await deployment();
}, 60_000);

const roleOf = (name: string): string => {
  const role = deployed.functions[name]?.role;
  if (role === undefined) throw new Error(`serverless.yml has no function ${name}`);
  return role;
};

/** Action by action: on what. */
const allowed = (roleId: string): Readonly<Record<string, readonly string[]>> => {
  const on: Record<string, string[]> = {};
  for (const { actions, resources } of statementsOf(deployed, roleId))
    for (const action of actions) on[action] = [...(on[action] ?? []), ...resources];
  return on;
};

const spoke = (accountId: string): string =>
  `arn:\${AWS::Partition}:iam::${accountId}:role/account-onboarding/spoke`;

/** As in examples/onboarding.yml. */
const spokes = {
  log: spoke('222222222222'),
  security: spoke('333333333333'),
  shared: spoke('444444444444'),
  configuration: spoke('123456789012'),
};

const centralAccounts = Object.entries(spokes);

/** A secret, and what is planned, shown or verified, may be in any central account. */
const forAll = [
  'plan-changes',
  'request-approval',
  'verify-access',
  'resolve-deployment',
  'advance-deployment',
];

describe('roles that act in other accounts', () => {
  test.each(centralAccounts)(
    'allows update-%s-account to assume the central role of its account only',
    (name, role) => {
      expect(allowed(roleOf(`update-${name}-account`))['sts:AssumeRole']).toEqual([role]);
    },
  );

  test.each(forAll)('allows %s to assume the spoke roles of all four central accounts', (name) => {
    const roles = allowed(roleOf(name))['sts:AssumeRole']?.filter((role) => !role.includes(':iam::*:'));
    expect(roles?.toSorted()).toEqual(Object.values(spokes).toSorted());
  });

  test('allows only verify-access and check-member-roles to assume the reader roles of member accounts', () => {
    const inMembers = [...forAll, 'check-member-roles'].map((name) => [
      name,
      allowed(roleOf(name))['sts:AssumeRole']?.filter((role) => role.includes(':iam::*:')),
    ]);
    const reader =
      'arn:${AWS::Partition}:iam::*:role/account-onboarding/account-onboarding-example-members-*';
    expect(Object.fromEntries(inMembers)).toEqual({
      ...Object.fromEntries(forAll.map((name) => [name, []])),
      'verify-access': [reader],
      'check-member-roles': [reader],
    });
  });

  test('allows no other role to assume a role', () => {
    const assuming = resourcesOf(deployed, 'AWS::IAM::Role')
      .map(([roleId]) => roleId)
      .filter((roleId) => 'sts:AssumeRole' in allowed(roleId));
    const updates = Object.keys(spokes).map((name) => `update-${name}-account`);
    const expected = [...updates, ...forAll, 'check-member-roles'];
    expect(assuming.toSorted()).toEqual(expected.map(roleOf).toSorted());
  });
});

/** `listSpokeFunctions` goes into the trust policies of the spoke roles. */
test.each(centralAccounts)(
  'trusts exactly the functions that act in %s in its spoke role',
  (name, spokeRole) => {
    const assuming = Object.keys(deployed.functions).filter((each) =>
      allowed(roleOf(each))['sts:AssumeRole']?.includes(spokeRole),
    );
    const roles = assuming.map((each) => deployed.resources[roleOf(each)]?.Properties);

    expect(assuming.toSorted()).toEqual(listSpokeFunctions([name]).toSorted());
    expect(roles.map((role) => [role?.Path, role?.RoleName])).toEqual(
      assuming.map((each) => [rolePath, `account-onboarding-example-${each}`]),
    );
  },
);

/** What each may do to the table, and with its own role beyond, is compared with what it asks for in permissions-in-use. */
test('allows every function to write only its own log and to use only the table', () => {
  for (const name of Object.keys(deployed.functions)) {
    const on = allowed(roleOf(name));
    const group = `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/account-onboarding-example-${name}:*`;
    expect(on['logs:CreateLogStream']).toEqual([group]);
    expect(on['logs:PutLogEvents']).toEqual([group]);
    const tables = Object.entries(on).flatMap(([action, resources]) =>
      action.startsWith('dynamodb:') ? resources : [],
    );
    expect(tables.filter((table) => table !== 'Table.Arn')).toEqual([]);
  }
});

/** Actions without resource-level permissions, and the one reason for not using them (Service Authorization Reference). */
const onEverything: Readonly<Record<string, string>> = {
  'xray:PutTraceSegments': 'X-Ray has no resource for segments',
  'xray:PutTelemetryRecords': 'as above',
  'xray:GetSamplingRules': 'as above',
  'xray:GetSamplingTargets': 'as above',
  'logs:CreateLogDelivery': 'log deliveries have no ARN',
  'logs:DeleteLogDelivery': 'as above',
  'logs:GetLogDelivery': 'as above',
  'logs:ListLogDeliveries': 'as above',
  'logs:UpdateLogDelivery': 'as above',
  'logs:DescribeLogGroups': 'Step Functions lists them all ("Logging using CloudWatch Logs")',
  'logs:DescribeResourcePolicies': 'a resource policy of CloudWatch Logs has no ARN',
  'logs:PutResourcePolicy': 'as above',
  'organizations:ListAccounts': 'Organizations has no resource for the list of all accounts',
  'organizations:ListRoots': 'as above, for the list of roots',
};

test('allows all resources only for actions that support no resource', () => {
  const wide = resourcesOf(deployed, 'AWS::IAM::Role').flatMap(([roleId]) =>
    statementsOf(deployed, roleId)
      .filter(({ resources }) => resources.includes('*'))
      .flatMap(({ actions }) => actions),
  );
  expect([...new Set(wide)].sort()).toEqual(Object.keys(onEverything).sort());
});

test('allows no action by a wildcard', () => {
  const roles = resourcesOf(deployed, 'AWS::IAM::Role').map(([roleId]) => roleId);
  expect(
    roles.flatMap((roleId) => Object.keys(allowed(roleId))).filter((action) => action.includes('*')),
  ).toEqual([]);
});

test.each(deployedMachines)('allows %s to call only its own functions', (machine) => {
  const [, resource] = resourcesOf(deployed, 'AWS::StepFunctions::StateMachine').find(([id]) =>
    id.toLowerCase().startsWith(machine.replaceAll('-', '')),
  ) ?? ['', undefined];
  const [roleId = ''] = arnText(resource?.Properties.RoleArn).split('.');
  const tokens = new Set(tasksOf(machine).map(({ token }) => token));
  // A task without a token calls the function of a central account that the plan names.
  const own = Object.keys(deployed.functions).filter((name) =>
    tokens.has(name.startsWith('update-') ? undefined : functionToken(name)),
  );
  expect(allowed(roleId)['lambda:InvokeFunction']?.toSorted()).toEqual(
    own.map((name) => `${functionLogicalId(name)}.Arn`).toSorted(),
  );
});

test.each([
  ['StartOnboardingRole', 'AccountOnboardingStateMachine'],
  ['StartSweepExecutionRole', 'OrganizationSweepStateMachine'],
  ['StartDeploymentExecutionRole', 'ConfigDeploymentStateMachine'],
])(
  'allows %s only to start %s',
  async (role, machine) => {
    const everyRule = await deployment('tests/deployment/every-rule.yml');
    expect(statementsOf(everyRule, role).map(({ actions, resources }) => ({ actions, resources }))).toEqual([
      { actions: ['states:StartExecution'], resources: [machine] },
    ]);
  },
  60_000,
);

/** A configuration needs neither a configuration account nor a topic. */
describe('with the least that a configuration can say', () => {
  let least: Deployment;
  beforeAll(async () => {
    least = await deployment('tests/deployment/least.yml');
  }, 60_000);

  test('deploys no function and no role for a central account that the configuration does not have', () => {
    expect(least.functions).not.toHaveProperty('update-configuration-account');
    expect(least.resources).not.toHaveProperty('UpdateConfigurationAccountRole');
  });

  test('references no topic when the configuration has none', () => {
    expect(JSON.stringify(least.resources)).not.toContain('arn:aws:sns');
    expect(least.custom.topic).toBe('');
  });

  test('includes the installation id in all names', () => {
    expect(least.functions['plan-changes']?.name).toBe('account-onboarding-least-plan-changes');
  });
});
