import { expect, test } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import type { SimulatedWorld } from '../../simulator/world.ts';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

type Outsiders = NonNullable<Io['outsiders']>;

const peopleConfiguration = 'examples/people/onboarding.yml';

const doctor = (outsiders: Outsiders = () => {}, file = exampleConfiguration) =>
  run(['doctor', '--simulate', '--config', file, '--json'], { outsiders });

const inWorld =
  (change: (world: SimulatedWorld) => unknown): Outsiders =>
  ({ world }) => {
    change(world);
  };

/** Makes AWS answer an error to one operation. */
const refusing =
  (operation: string): Outsiders =>
  (organization) => {
    organization.intercept((call, proceed) => {
      if (call.operation !== operation) return proceed();
      throw Object.assign(new Error('not today'), { name: 'AccessDeniedException', $metadata: {} });
    });
  };

interface Case {
  readonly name: string;
  readonly taken: Outsiders;
  readonly message: string;
  readonly fix: string;
  readonly file?: string;
}

const cases: readonly Case[] = [
  { name: 'credentials', taken: refusing('GetCallerIdentity'), message: 'not today', fix: 'aws sso login' },
  {
    name: 'table',
    taken: (_, { store }) => {
      store.registry.getHead = () => Promise.reject(new Error('the table does not exist'));
    },
    message: 'the table does not exist',
    fix: 'npx serverless deploy',
  },
  {
    name: 'active configuration',
    taken: async (_, { store }) => {
      const active = await store.configuration.getActive();
      if (active !== undefined) await store.configuration.activate({ ...active, hash: 'b'.repeat(64) });
    },
    message: 'is not the active one',
    fix: 'onboarding activate --config',
  },
  {
    name: 'registry of accounts',
    taken: (_, { store }) => {
      store.registry.getReadySince = () => Promise.resolve(undefined);
    },
    message: 'no import',
    fix: 'onboarding import',
  },
  { name: 'organization', taken: refusing('ListRoots'), message: 'not today', fix: 'delegation policy' },
  {
    name: 'organization policies',
    taken: refusing('ListPoliciesForTarget'),
    message: 'not today',
    fix: 'organizations:ListPoliciesForTarget',
  },
  {
    name: 'event rules',
    taken: inWorld(({ eventRules }) => eventRules.set('account-onboarding-example-hub-sweep', 'DISABLED')),
    message: 'account-onboarding-example-hub-sweep is disabled',
    fix: 'aws events enable-rule --name account-onboarding-example-hub-sweep',
  },
  {
    name: 'event rules',
    taken: inWorld(({ eventRules }) => eventRules.delete('account-onboarding-example-hub-account-events')),
    message: 'account-onboarding-example-hub-account-events does not exist',
    fix: 'npx serverless deploy',
  },
  {
    name: 'topic',
    taken: inWorld(({ topics }) => topics.clear()),
    message: 'Topic',
    fix: 'aws sns create-topic',
  },
  {
    name: 'central accounts',
    taken: inWorld(({ roles }) => roles.delete('arn:aws:iam::222222222222:role/account-onboarding/spoke')),
    message: 'the role of the log account 222222222222 cannot be assumed',
    fix: 'onboarding spoke-template log',
  },
  {
    name: 'central accounts',
    taken: inWorld(({ buckets }) => buckets.delete('example-org-flow-logs')),
    message: 'example-org-flow-logs in the log account',
    fix: 'create the resource',
  },
  {
    name: 'central accounts',
    taken: refusing('GetKeyPolicy'),
    message: 'was denied',
    fix: 'onboarding spoke-template shared',
  },
  {
    name: 'StackSets of member roles',
    taken: inWorld(({ cloudFormation }) => cloudFormation.stackSets.clear()),
    message: 'StackSet account-onboarding-',
    fix: 'onboarding member-template',
    file: peopleConfiguration,
  },
];

test.each([exampleConfiguration, peopleConfiguration])(
  'finds every prerequisite in doctor for %s',
  async (file) => {
    const screen = await doctor(() => {}, file);

    expect(objectOf(screen).prerequisites).not.toContainEqual(expect.objectContaining({ status: 'missing' }));
    expect(screen.code).toBe(0);
  },
);

test.each(cases)(
  'names only $name and the command that creates it when it is missing: $message',
  async ({ name, taken, message, fix, file }) => {
    const screen = await doctor(taken, file);
    const prerequisites = objectOf(screen).prerequisites as readonly {
      readonly name: string;
      readonly status: string;
      readonly problems: readonly unknown[];
    }[];
    const missing = prerequisites.filter(({ status }) => status === 'missing');

    expect(screen.code).toBe(1);
    expect(missing.map((each) => each.name)).toEqual([name]);
    expect(missing[0]?.problems).toContainEqual({
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    });
  },
);

test('changes nothing in AWS when doctor runs', async () => {
  let before = 0;
  let calls: readonly { readonly operation: string }[] = [];
  await doctor((organization) => {
    calls = organization.calls;
    before = organization.calls.length;
  });

  const sent = calls.slice(before).map(({ operation }) => operation);
  expect(sent.length).toBeGreaterThan(10);
  expect(
    sent.filter((operation) => !/^(Get|List|Describe|AssumeRole|BatchGet|Head)/.test(operation)),
  ).toEqual([]);
});

test('prints the command to run below each missing prerequisite', async () => {
  const outsiders = inWorld(({ topics }) => topics.clear());
  const { stdout } = await run(['doctor', '--simulate', '--config', exampleConfiguration], { outsiders });

  expect(stdout).toMatch(
    /✗ topic: .*\n {6}aws sns create-topic --name account-onboarding --region us-east-1/,
  );
  expect(stdout).toContain('1 prerequisite missing.');
});
