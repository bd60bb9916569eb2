import { beforeAll, describe, expect, test } from '@jest/globals';
import { deploymentActions } from '../../shared/cloudformation/deployment-actions.ts';
import { renderSpokeTemplate } from '../../shared/cloudformation/template.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { evaluatePolicy } from '../../shared/iam/evaluate.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { addRepository, having, images, namedOn, secrets } from '../fixtures/discovered-resources.ts';
import {
  createSecretEnv,
  currentVersion,
  deployedTo,
  deploy as deploySecret,
  rotate,
} from '../fixtures/secret-env.ts';
import {
  example,
  log,
  management,
  security,
  shared,
  small,
  smallText,
} from '../fixtures/small-configuration.ts';
import { spokeRoleOf } from '../fixtures/spoke-stack.ts';
import { sweep } from '../fixtures/sweeps.ts';
import { createEnv, onboard, outcomes, type TestEnv } from '../fixtures/test-env.ts';

const target = { application: 'abc1234', profile: 'jkl1234' };

const hub = { accountId: management, region: 'us-east-1' };

const homes: Readonly<Record<string, string>> = { [log]: 'eu-west-1', [shared]: 'eu-west-1' };

const roleIn = (configuration: Configuration, accountId: string, operators: readonly string[] = []) =>
  spokeRoleOf(renderSpokeTemplate({ configuration, accountId, hub, operators }).template, {
    accountId,
    region: homes[accountId] ?? 'us-east-1',
  });

/** Each central account's role as its template makes it, and not as the simulator does. The hub's is an operator. */
function deploy(organization: SimulatedOrganization, configuration: Configuration): void {
  const [caller] = [...organization.world.roles.values()].filter(({ accountId }) => accountId === management);
  for (const accountId of [log, security, shared]) {
    const { arn, trust, permissions } = roleIn(configuration, accountId, [caller?.arn ?? '']);
    const role = organization.world.roles.get(arn);
    if (role === undefined) throw new Error(`${arn} is not the spoke role of the configuration`);
    organization.world.roles.set(arn, {
      ...role,
      trust: JSON.stringify(trust),
      permissions: JSON.stringify(permissions),
    });
  }
}

/** All kinds: those of the small configuration, and those without documents. */
const everyKind = () =>
  small(
    undefined,
    `
  - name: groups
    kind: kms-grant
    account: shared
    key: 4567abcd-12ab-34cd-56ef-1234567890ab
    preset: auto-scaling
    for: { ous: [Workloads] }
  - name: base
    kind: ami-launch-permission
    account: shared
    images: [ami-0123456789abcdef0]
    for: { ous: [Workloads] }
  - name: reader
    kind: role-trust-policy
    account: security
    role: people/Reader
    for: { ous: [Workloads] }
  - name: pipeline
    kind: assume-role-permission
    account: security
    roles: [Pipeline]
    role: deploy/Deployer
    mfa: false
    for: { ous: [Workloads] }`,
  );

describe('with what the templates allow, and nothing else', () => {
  let env: TestEnv;
  beforeAll(async () => {
    const configuration = everyKind();
    env = await createEnv({ configuration, prepare: (organization) => deploy(organization, configuration) });
  });

  test("grants and revokes all access of an account with only the template's permissions", async () => {
    env.organization.addAccount({ id: '555566667777', name: 'new', parentId: 'ou-exam-workload1' });

    const come = await onboard(env, { accountId: '555566667777' });
    env.organization.closeAccount('555566667777');
    const gone = await onboard(env, { accountId: '555566667777', mode: 'sync' });

    const written = Object.values(outcomes(come)).filter((outcome) => outcome === 'written');
    expect(written.length).toBeGreaterThan(5);
    expect(come.run.unresolved?.filter((line) => /denied|authorized/.test(line)) ?? []).toEqual([]);
    expect(Object.values(outcomes(gone))).not.toContain('failed');
  });

  test("sweeps without a denied read with only the template's permissions", async () => {
    const { run } = await sweep(env);

    expect(run.counts).toMatchObject({ failed: 0, refused: 0 });
  });
});

test("discovers and writes resources in each region with only the template's permissions", async () => {
  const configuration = having(
    images("['base/*']", '[eu-west-1, us-west-2]') + secrets('tags: { Use: runner }'),
  );
  const env = await createEnv({
    configuration,
    prepare: (organization) => deploy(organization, configuration),
  });
  const repositories = ['base/ruby', 'base/node'].map((name, at) =>
    addRepository(env, name, at === 0 ? 'eu-west-1' : 'us-west-2'),
  );
  env.organization.addSecret({
    accountId: shared,
    region: 'eu-west-1',
    name: 'deploy/token',
    tags: { Use: 'runner' },
  });

  const swept = await sweep(env);

  expect(swept.run.unresolved ?? []).toEqual([]);
  expect(Object.values(outcomes(swept))).toEqual(['written', 'written', 'written']);
  for (const arn of repositories) expect(namedOn(env, 'repository', arn).length).toBeGreaterThan(0);
});

describe('secrets', () => {
  test("deploys secrets with their own keys with only the template's permissions", async () => {
    const env = await createSecretEnv({ kmsKey: true });
    deploy(env.organization, env.configuration);

    const { status } = await deploySecret(env, await rotate(env));

    expect(status).toBe('SUCCEEDED');
    expect(deployedTo(env)).toEqual([currentVersion(env)]);
  });

  test.each([
    ['no rotation', undefined, []],
    ['rotation without targets', [], [log, security, shared]],
    ['a target', ['shared'], [shared]],
  ])('requires the central accounts of a configuration with %s', (_, targets, accounts) => {
    const text = (account: string) =>
      JSON.stringify({ ...target, account, secret: 'app/database', environments: ['def1234'] });
    const configuration = parseConfiguration(
      smallText(['secret']) +
        (targets === undefined ? '' : `secretDeployment: { targets: [${targets.map(text).join()}] }\n`),
      'the test',
    );

    const able = [log, security, shared].filter((accountId) => {
      const actions = roleIn(configuration, accountId).permissions.Statement.flatMap(({ Action }) => Action);
      return deploymentActions.every((action) => actions.includes(action));
    });

    expect(able).toEqual(accounts);
  });
});

describe('the roles of the example', () => {
  let configuration: Configuration;
  beforeAll(async () => {
    configuration = await example();
  });

  /** As this project calls. */
  const parameters = {
    'kms:BypassPolicyLockoutSafetyCheck': 'false',
    'secretsmanager:BlockPublicPolicy': 'true',
  };
  const decision = (accountId: string, action: string, resource: string, context = {}) =>
    evaluatePolicy(
      roleIn(configuration, accountId).permissions,
      {
        principal: { type: 'role', arn: `arn:aws:iam::${accountId}:role/spoke`, session: 'run' },
        action,
        resource,
        context: { ...parameters, ...context },
      },
      'identity',
    ).decision;

  const key = 'arn:aws:kms:eu-west-1:444444444444:key';
  const iam = 'arn:aws:iam::333333333333';
  const ours = `${iam}:policy/account-onboarding/example/group/Readers/account-onboarding-example-group-Readers-1`;
  const cases: readonly (readonly [accountId: string, action: string, on: string, not: string])[] = [
    [log, 's3:PutBucketPolicy', 'arn:aws:s3:::example-org-config', 'arn:aws:s3:::example-org-config-2'],
    [
      shared,
      'kms:PutKeyPolicy',
      `${key}/4567abcd-12ab-34cd-56ef-1234567890ab`,
      `${key}/0000abcd-12ab-34cd-56ef-1234567890ab`,
    ],
    [
      shared,
      'ecr:SetRepositoryPolicy',
      'arn:aws:ecr:eu-west-1:444444444444:repository/base/node',
      'arn:aws:ecr:us-east-1:444444444444:repository/base/node',
    ],
    [
      shared,
      'secretsmanager:PutResourcePolicy',
      'arn:aws:secretsmanager:eu-west-1:444444444444:secret:deploy/runner-token-AbC123',
      'arn:aws:secretsmanager:eu-west-1:444444444444:secret:deploy/runner-token-2-AbC123',
    ],
    [security, 'iam:ListAttachedGroupPolicies', `${iam}:group/people/Readers`, `${iam}:group/Others`],
    [security, 'iam:CreatePolicyVersion', ours, `${iam}:policy/account-onboarding/SpokePolicy1`],
  ];

  test.each(cases)(
    'lets the role of the %s account perform %s only on the resources of its grants',
    (accountId, action, on, not) => {
      expect(decision(accountId, action, on)).toBe('allow');
      expect(decision(accountId, action, not)).toBe('none');
    },
  );

  test('allows only policies of this installation to be attached', () => {
    const attach = (policy: string) =>
      decision(security, 'iam:AttachGroupPolicy', `${iam}:group/Readers`, { 'iam:PolicyARN': policy });
    expect(attach(ours)).toBe('allow');
    expect(attach('arn:aws:iam::aws:policy/AdministratorAccess')).toBe('none');
    expect(attach(ours.replace('Readers', 'Administrators'))).toBe('none');
  });

  test('allows no read of secret values and no wildcard of actions', () => {
    const actions = [log, security, shared].flatMap((accountId) =>
      roleIn(configuration, accountId).permissions.Statement.flatMap(({ Action = [] }) => [Action].flat()),
    );
    expect(actions).not.toContain('secretsmanager:GetSecretValue');
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  test('allows only ListPolicies on every resource', () => {
    const wide = [log, security, shared].flatMap((accountId) =>
      roleIn(configuration, accountId).permissions.Statement.filter(({ Resource = [] }) =>
        [Resource].flat().includes('*'),
      ),
    );
    expect(wide.map(({ Action }) => Action)).toEqual([['iam:ListPolicies']]);
  });

  test("trusts only the account's function and the named operators", () => {
    const operator = 'arn:aws:iam::999900001111:role/operators/OnboardingOperator';
    const { trust } = roleIn(configuration, log, [operator]);
    const mayAssume = (arn: string) =>
      evaluatePolicy(
        trust,
        {
          principal: { type: 'role', arn },
          action: 'sts:AssumeRole',
          resource: '*',
        },
        'trust',
      ).decision;
    const functionRole = (name: string) =>
      `arn:aws:iam::${management}:role/account-onboarding/account-onboarding-example-${name}`;

    expect(mayAssume(functionRole('update-log-account'))).toBe('allow');
    expect(mayAssume(functionRole('plan-changes'))).toBe('allow');
    expect(mayAssume(operator)).toBe('allow');
    expect(mayAssume(functionRole('update-shared-account'))).toBe('none');
    expect(mayAssume(functionRole('record-run'))).toBe('none');
    expect(mayAssume(`arn:aws:iam::${management}:role/Other`)).toBe('none');
    expect(mayAssume('arn:aws:iam::999900001111:role/Other')).toBe('none');
  });
});
