import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { parsePolicy } from '../../shared/iam/document.ts';
import type { RuleTarget } from '../../simulator/on-behalf/deployed-state.ts';
import {
  type Bus,
  type Delivery,
  deliverEvent,
  runSchedule,
} from '../../simulator/on-behalf/event-bridge.ts';
import { buildRotationEnded, buildSecretLabelUpdated } from '../../simulator/secret-events.ts';
import type { SimulatedSecret } from '../../simulator/simulated-resources.ts';
import type { CallDecision } from '../../simulator/world.ts';
import { created, eventOf } from '../fixtures/account-events.ts';
import { root } from '../fixtures/deployment/deployment.ts';
import {
  createHubWithEveryRule,
  describeDeliveries,
  runStarted,
} from '../fixtures/deployment/hub-with-every-rule.ts';
import { listUnused, matches, noteUses, type RoleUses } from '../fixtures/deployment/role-uses.ts';
import { callEvent } from '../fixtures/discovered-resources.ts';
import { management, shared } from '../fixtures/small-configuration.ts';
import type { TestEnv } from '../fixtures/test-env.ts';

interface Occurrence {
  readonly bus: Bus;
  readonly event: object;
}

const home: Bus = { accountId: management, region: 'us-east-1' };

/** What happens to accounts, and the rules by whose names it is known. */
const ofAccounts = (env: TestEnv): readonly Occurrence[] => {
  const { id, event } = created(env);
  return [
    { bus: home, event },
    { bus: home, event: eventOf(env, () => env.organization.tagAccount(id, { team: 'a' })) },
  ];
};

const ofSecret = ({ organization: { world } }: TestEnv, secret: SimulatedSecret): readonly Occurrence[] => {
  const { accountId, region, arn, versions } = secret;
  const versionId = [...versions].at(-1)?.[1].id ?? '';
  const events = [
    buildSecretLabelUpdated(world, secret, { label: 'AWSCURRENT', versionId }),
    buildRotationEnded(world, secret, 'RotationSucceeded'),
    {
      source: 'account-onboarding.rotation',
      'detail-type': 'Secret Rotated',
      detail: { secretId: arn, versionId },
    },
  ];
  return events.map((event) => ({ bus: { accountId, region }, event }));
};

/** A secret in each central account has changed in each way. */
const ofSecrets = (env: TestEnv): readonly Occurrence[] =>
  Object.values(env.configuration.centralAccounts).flatMap(({ id: accountId, region }) => {
    const arn = env.organization.addSecret({ accountId, region, name: 'app/database', value: 'x' });
    const secret = env.organization.world.secrets.get(arn);
    return secret === undefined ? [] : ofSecret(env, secret);
  });

const ofResources = (): readonly Occurrence[] => [
  { bus: { accountId: shared, region: 'eu-west-1' }, event: callEvent('CreateRepository', 'aws.ecr') },
];

/** The state machines report an execution that failed. */
const ofExecutions = ({ organization: { world } }: TestEnv): readonly Occurrence[] =>
  [...world.deployed.machines.keys()].map((stateMachineArn) => ({
    bus: { accountId: world.settings.hubAccountId, region: world.settings.homeRegion },
    event: {
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      detail: { stateMachineArn, status: 'FAILED' },
    },
  }));

const listOccurrences = (env: TestEnv): readonly Occurrence[] => [
  ...ofAccounts(env),
  ...ofSecrets(env),
  ...ofResources(),
  ...ofExecutions(env),
];

/** Sends all events, and runs all schedules once. */
function deliverAll(
  { organization: { world } }: TestEnv,
  occurrences: readonly Occurrence[],
): readonly Delivery[] {
  const schedules = [...world.deployed.rules.values()].filter(({ pattern }) => pattern === undefined);
  return [
    ...occurrences.flatMap(({ bus, event }) => deliverEvent(world, bus, event)),
    ...schedules.flatMap(({ arn }) => runSchedule(world, arn)),
  ];
}

/** Does something while the roles of rules are gone. */
function withoutRoles<T>(
  { organization: { world } }: TestEnv,
  targets: readonly RuleTarget[],
  act: () => T,
): T {
  const arns = targets.flatMap(({ roleArn }) => roleArn ?? []);
  const removed = arns.flatMap((arn) => world.roles.get(arn) ?? []);
  for (const { arn } of removed) world.roles.delete(arn);
  const result = act();
  for (const role of removed) world.roles.set(role.arn, role);
  return result;
}

/** Values of a key in the conditions of a policy. */
const listValues = (text: string, key: string): readonly string[] =>
  parsePolicy(text, key).Statement.flatMap(({ Condition = {} }) =>
    Object.values(Condition).flatMap((keys) =>
      Object.entries(keys).flatMap(([name, values]) =>
        name.toLowerCase() === key.toLowerCase() ? [values].flat().map(String) : [],
      ),
    ),
  );

/** Sources that the policy of a resource admits and that no allowed call had. */
const listUnusedSources = (
  text: string,
  resource: string,
  decisions: readonly CallDecision[],
): readonly string[] => {
  const calls = decisions.filter((each) => each.resource === resource && each.decision.outcome === 'allowed');
  const unused = (values: readonly string[], used: readonly string[]) =>
    values.filter((value) => !used.some((each) => matches(value, each)));
  return [
    ...unused(
      listValues(text, 'aws:SourceArn'),
      calls.flatMap(({ caller }) => caller.sourceArn ?? []),
    ),
    ...unused(
      listValues(text, 'aws:PrincipalArn'),
      calls.map(({ caller }) => caller.roleArn),
    ),
  ].map((source) => `${source} on ${resource}`);
};

/** The rules of the hub, in the order of the events. */
const startsOfRules = [
  ['account-events', ''],
  ['account-calls', ''],
  ['secret-labels', '-deployment'],
  ['secret-rotations', '-deployment'],
  ['rotated-secrets', '-deployment'],
  ['resource-calls', ''],
  ['sweep', '-sweep'],
  ['deployments', '-deployment'],
].map(
  ([rule, machine]) =>
    `account-onboarding-example-hub-${rule} → account-onboarding-example${machine}: delivered`,
);

describe.each([
  { place: 'the management account', isInToolingAccount: false },
  { place: 'an account of its own', isInToolingAccount: true },
])('a hub in $place', ({ isInToolingAccount }) => {
  let env: TestEnv;
  let uses: RoleUses;
  const decisions: CallDecision[] = [];
  let deliveries: readonly Delivery[];
  let ended: readonly string[];
  /** After the targets of the hub, and then all targets, were out of reach. */
  let undelivered: readonly Delivery[];

  beforeAll(async () => {
    env = await createHubWithEveryRule({ isInToolingAccount });
    const { organization } = env;
    uses = noteUses(organization);
    organization.onDecision((decision) => decisions.push(decision));
    const occurrences = listOccurrences(env);
    deliveries = deliverAll(env, occurrences);
    ended = await runStarted(env);

    const { policies, rules } = organization.world.deployed;
    for (const [arn, { kind }] of policies) if (kind === 'resource') policies.delete(arn);
    const targets = [...rules.values()].flatMap((rule) => rule.targets);
    const isOfHub = ({ arn }: RuleTarget): boolean => arn.startsWith('arn:aws:states:');
    undelivered = [
      ...withoutRoles(env, targets.filter(isOfHub), () => deliverAll(env, occurrences)),
      ...withoutRoles(env, targets, () => deliverAll(env, occurrences)),
    ].filter(({ status }) => status !== 'delivered');
  }, 120_000);

  test('gets every event and starts its state machine with the role of the rule', () => {
    expect(deliveries.filter(({ status }) => status !== 'delivered')).toEqual([]);
    expect([...new Set(describeDeliveries(deliveries).filter((each) => each.includes('-hub-')))]).toEqual(
      startsOfRules,
    );
    expect(new Set(ended)).toEqual(
      new Set([
        'account-onboarding SUCCEEDED',
        'organization-sweep SUCCEEDED',
        'config-deployment SUCCEEDED',
      ]),
    );
  });

  test('keeps every event in a queue when the target cannot be reached', () => {
    const { queues, deployed } = env.organization.world;
    const rulesOf = new Set(undelivered.map(({ ruleArn }) => ruleArn));

    expect(undelivered.filter(({ status }) => status !== 'kept')).toEqual([]);
    expect(rulesOf.size).toBe(deployed.rules.size);
    expect([...queues.values()].flat()).toHaveLength(undelivered.length);
  });

  test('has a delivery by every rule', () => {
    const rules = [...env.organization.world.deployed.rules.keys()];
    expect(rules.filter((arn) => !deliveries.some(({ ruleArn }) => ruleArn === arn))).toEqual([]);
  });

  test('allows the roles of rules no action that no event needs', () => {
    const { roles, deployed } = env.organization.world;
    const roleArns = new Set(
      [...deployed.rules.values()].flatMap(({ targets }) => targets.map((each) => each.roleArn ?? [])).flat(),
    );
    const unused = [...roleArns].flatMap((arn) => {
      const { permissions = '', trust } = roles.get(arn) ?? { trust: '' };
      return [
        ...listUnused(parsePolicy(permissions, arn), uses.get(arn)),
        ...listUnusedSources(trust, arn, decisions),
      ];
    });

    expect(roleArns.size).toBeGreaterThan(5);
    expect(unused).toEqual([]);
  });

  test('admits to queues and the bus no source that no event needs', () => {
    const { policies } = env.organization.world.deployed;
    const unused = [...policies].flatMap(([arn, { text }]) => listUnusedSources(text, arn, decisions));

    expect(policies.size).toBeGreaterThan(5);
    expect(unused).toEqual([]);
  });
});

describe('a rule that the hub does not have', () => {
  test.each([
    ['another name', 'arn:aws:events:us-east-1:111111111111:rule/other'],
    ['another account', 'arn:aws:events:us-east-1:999999999999:rule/account-onboarding-example-hub-sweep'],
  ])('starts nothing when the rule has %s', async (_, arn) => {
    const { organization } = await createHubWithEveryRule();
    const { world } = organization;
    const [sweep] = [...world.deployed.rules.values()].filter((rule) => rule.arn.endsWith('-hub-sweep'));
    world.deployed.rules.set(arn, { receivesReadOnly: false, targets: sweep?.targets ?? [], arn });

    const [delivery] = runSchedule(world, arn);

    expect(delivery).toMatchObject({ status: 'lost', reason: expect.stringContaining('sts:AssumeRole') });
    expect(delivery?.reason).toContain('sqs:SendMessage');
    expect(world.executions.size).toBe(0);
  });
});

describe('queues with a customer managed key', () => {
  const arn = 'arn:aws:kms:us-east-1:111111111111:key/mrk-1234abcd12ab34cd56ef1234567890ab';

  /** The statements that docs/stack-options.md asks of the key's policy. */
  const documented = (): readonly object[] => {
    const page = readFileSync(`${root}docs/stack-options.md`, 'utf8');
    return JSON.parse(/^```json\n(.*?)^```$/ms.exec(page)?.[1] ?? '[]');
  };

  const runSweepWithoutRole = async (admitsServices: readonly object[]) => {
    const env = await createHubWithEveryRule({ key: { arn, admitsServices } });
    const { world } = env.organization;
    const sweep = [...world.deployed.rules.values()].find((rule) => rule.arn.endsWith('-hub-sweep'));
    if (sweep === undefined) throw new Error('There is no rule for the sweep');
    return withoutRoles(env, sweep.targets, () => runSchedule(world, sweep.arn));
  };

  test('keeps an event in an encrypted queue when the policy of the key is as documented', async () => {
    expect(await runSweepWithoutRole(documented())).toMatchObject([{ status: 'kept' }]);
  });

  test('loses an event at an encrypted queue when the policy of the key does not admit EventBridge', async () => {
    const [delivery] = await runSweepWithoutRole(documented().slice(1));

    expect(delivery).toMatchObject({
      status: 'lost',
      reason: expect.stringContaining('kms:GenerateDataKey'),
    });
  });
});
