import type { KeyState } from '@aws-sdk/client-kms';
import type { AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { expect, test } from '@jest/globals';
import type { Io } from '../../cli/terminal.ts';
import type { SimulatedTrail } from '../../simulator/simulated-resources.ts';
import type { SimulatedWorld } from '../../simulator/world.ts';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

type Outsiders = NonNullable<Io['outsiders']>;

const peopleConfiguration = 'examples/people/onboarding.yml';
const keysConfiguration = 'tests/fixtures/configurations/with-keys.yml';
const keyOfTopic = 'arn:aws:kms:us-east-1:111111111111:key/6789abcd-12ab-34cd-56ef-1234567890ab';
const keyOfStacks = 'arn:aws:kms:us-east-1:111111111111:key/mrk-789abcde12ab34cd56ef1234567890ab';

const doctor = (outsiders: Outsiders = () => {}, file = exampleConfiguration) =>
  run(['doctor', '--simulate', '--config', file, '--json'], { outsiders });

const inWorld =
  (change: (world: SimulatedWorld) => unknown): Outsiders =>
  ({ world }) => {
    change(world);
  };

const withKeyState = (arn: string, state: KeyState): Outsiders =>
  inWorld(({ keys }) => {
    const key = keys.get(arn);
    if (key !== undefined) key.state = state;
  });

/** The trail of the organization logs, and has these selectors. */
const withSelectors = (selectors: NonNullable<SimulatedTrail['selectors']>): Outsiders =>
  inWorld(({ trails }) => trails.set('organization', { isLogging: true, selectors }));

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
    name: 'trail',
    taken: inWorld(({ trails }) => trails.clear()),
    message: 'no CloudTrail trail logs in us-east-1',
    fix: 'aws cloudtrail create-trail',
  },
  {
    name: 'trail',
    taken: inWorld(({ trails }) => trails.set('organization', { isLogging: false })),
    message: 'trail organization does not log',
    fix: 'aws cloudtrail start-logging --name arn:aws:cloudtrail:us-east-1:111111111111:trail/organization',
  },
  {
    name: 'trail',
    taken: withSelectors({ EventSelectors: [{ IncludeManagementEvents: false }] }),
    message: 'trail organization does not log management events that write',
    fix: 'aws cloudtrail put-event-selectors --trail-name arn:aws:cloudtrail:us-east-1:111111111111:trail/organization',
  },
  {
    name: 'trail',
    taken: withSelectors({ EventSelectors: [{ ReadWriteType: 'ReadOnly' }] }),
    message: 'does not log management events that write',
    fix: '"ReadWriteType":"All"',
  },
  {
    name: 'trail',
    taken: withSelectors({ EventSelectors: [{ ExcludeManagementEventSources: ['kms.amazonaws.com'] }] }),
    message: 'does not log management events of kms.amazonaws.com',
    fix: 'aws cloudtrail put-event-selectors',
    file: keysConfiguration,
  },
  {
    name: 'trail',
    taken: withSelectors({
      AdvancedEventSelectors: [
        {
          FieldSelectors: [
            { Field: 'eventCategory', Equals: ['Management'] },
            { Field: 'eventSource', NotEquals: ['kms.amazonaws.com'] },
          ],
        },
        { FieldSelectors: [{ Field: 'eventCategory', Equals: ['Data'] }] },
      ],
    }),
    message: 'does not log management events of kms.amazonaws.com',
    fix: 'aws cloudtrail put-event-selectors',
    file: keysConfiguration,
  },
  {
    name: 'key of the topic',
    taken: withKeyState(keyOfTopic, 'Disabled'),
    message: `${keyOfTopic}, which encrypts the topic, has the state Disabled`,
    fix: `aws kms enable-key --key-id ${keyOfTopic} --region us-east-1`,
    file: keysConfiguration,
  },
  {
    name: 'key of the stacks',
    taken: withKeyState(keyOfStacks, 'PendingDeletion'),
    message: 'which encrypts the table, has the state PendingDeletion',
    fix: 'aws kms cancel-key-deletion',
    file: keysConfiguration,
  },
  {
    name: 'key of the stacks',
    taken: inWorld(({ keys }) => keys.delete(keyOfStacks)),
    message: 'does not exist',
    fix: `aws kms describe-key --key-id ${keyOfStacks}`,
    file: keysConfiguration,
  },
  {
    name: 'version',
    taken: inWorld(({ stateMachineTags }) => {
      for (const arn of stateMachineTags.keys())
        stateMachineTags.set(arn, { 'account-onboarding:version': '0.1.0' });
    }),
    message: 'the hub is 0.1.0, and this command is',
    fix: 'npx serverless deploy',
  },
  {
    name: 'writable policies',
    taken: inWorld(({ organizationPolicies: { policies, enabledTypes } }) => {
      enabledTypes.add('SERVICE_CONTROL_POLICY');
      const guard = { Sid: 'Guard', Effect: 'Deny', Action: 's3:PutBucketPolicy', Resource: '*' };
      policies.set('p-guard', {
        id: 'p-guard',
        name: 'Guard',
        type: 'SERVICE_CONTROL_POLICY',
        isAwsManaged: false,
        content: JSON.stringify({ Version: '2012-10-17', Statement: [guard] }),
        targets: new Set(['222222222222']),
      });
    }),
    message: 'denies s3:PutBucketPolicy on arn:aws:s3:::',
    fix: '"aws:PrincipalArn": "arn:aws:iam::222222222222:role/account-onboarding/spoke"',
  },
  {
    name: 'clock',
    taken: (organization) => {
      organization.intercept(async (call, proceed) => {
        const answer = await proceed();
        if (call.operation !== 'AssumeRole') return answer;
        const { Credentials } = answer as AssumeRoleCommandOutput;
        const Expiration = new Date((Credentials?.Expiration?.getTime() ?? 0) + 600_000);
        return { ...(answer as object), Credentials: { ...Credentials, Expiration } };
      });
    },
    message: 'the clock of this machine is 600 seconds behind AWS',
    fix: 'chronyc makestep',
  },
  {
    name: 'trusted access',
    taken: inWorld(({ cloudFormation }) => {
      cloudFormation.hasTrustedAccess = false;
    }),
    message: 'StackSets have no access to the organization: DISABLED',
    fix: 'aws cloudformation activate-organizations-access',
    file: peopleConfiguration,
  },
  {
    name: 'StackSets of member roles',
    taken: inWorld(({ cloudFormation }) => {
      for (const stackSet of cloudFormation.stackSets.values()) stackSet.automatic = false;
    }),
    message: 'does not deploy to new accounts by itself',
    fix: 'onboarding member-template',
    file: peopleConfiguration,
  },
  {
    name: 'StackSets of member roles',
    taken: inWorld(({ cloudFormation }) => {
      for (const { instances } of cloudFormation.stackSets.values())
        for (const instance of [...instances.values()].slice(0, 1))
          Object.assign(instance, { detailedStatus: 'FAILED', statusReason: 'the role exists already' });
    }),
    message: 'the role exists already',
    fix: 'aws cloudformation list-stack-instances',
    file: peopleConfiguration,
  },
  {
    name: 'StackSets of member roles',
    taken: inWorld(({ cloudFormation }) => cloudFormation.stackSets.clear()),
    message: 'StackSet account-onboarding-',
    fix: 'onboarding member-template',
    file: peopleConfiguration,
  },
];

test.each([exampleConfiguration, peopleConfiguration, keysConfiguration])(
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

test('finds a trail sufficient when another trail logs no management event', async () => {
  const { code } = await doctor(
    inWorld(({ trails }) =>
      trails.set('data', {
        isLogging: true,
        selectors: { EventSelectors: [{ IncludeManagementEvents: false }] },
      }),
    ),
  );

  expect(code).toBe(0);
});

test('finds a trail sufficient when it excludes a service whose calls start no run', async () => {
  const selectors = { EventSelectors: [{ ExcludeManagementEventSources: ['rdsdata.amazonaws.com'] }] };

  expect((await doctor(withSelectors(selectors), keysConfiguration)).code).toBe(0);
});
