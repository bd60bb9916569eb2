import { expect, test } from '@jest/globals';
import {
  cases,
  inWorld,
  keysConfiguration,
  type Outsiders,
  peopleConfiguration,
  withSelectors,
} from '../fixtures/missing-prerequisites.ts';
import { exampleConfiguration, objectOf, run } from '../fixtures/screen.ts';

const doctor = (outsiders: Outsiders = () => {}, file = exampleConfiguration) =>
  run(['doctor', '--simulate', '--config', file, '--json'], { outsiders });

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
