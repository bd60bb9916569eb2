import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { LoggedCall } from '../../simulator/plugin.ts';
import { exampleConfiguration, run } from '../fixtures/screen.ts';

const page = readFileSync('docs/operator-rights.md', 'utf8');
const people = 'examples/people/onboarding.yml';
const queue =
  'https://sqs.us-east-1.amazonaws.com/111111111111/account-onboarding-example-EventDeadLetters-A1';

/** Services whose IAM prefix differs from the name of the client. */
const prefixes: Readonly<Record<string, string>> = { eventbridge: 'events', sfn: 'states' };

/** The actions that a command calls in the account of the hub. */
async function listCalledActions(argv: readonly string[], file: string): Promise<readonly string[]> {
  let calls: readonly LoggedCall[] = [];
  let before = 0;
  await run([...argv, '--simulate', '--config', file], {
    outsiders: (organization) => {
      calls = organization.calls;
      before = calls.length;
      organization.world.organizationPolicies.enabledTypes.add('SERVICE_CONTROL_POLICY');
      organization.world.queues.set(queue, []);
    },
  });
  const own = calls.slice(before).filter(({ accountId }) => accountId === '111111111111');
  const actions = own.map(({ service, operation }) => `${prefixes[service] ?? service}:${operation}`);
  return [...new Set(actions)].sort();
}

/** The actions in the row of a command. */
function listDocumentedActions(command: string): readonly string[] {
  const row = page
    .split('\n')
    .find((line) => line.startsWith('|') && line.split('|')[1]?.includes(`\`${command}\``));
  return [...(row ?? '').matchAll(/`(\w+:\w+)`/g)].map(([, action]) => action ?? '').sort();
}

const withoutTable = (actions: readonly string[]) =>
  actions.filter((action) => !action.startsWith('dynamodb:'));

test('lists every action that doctor calls, and no other', async () => {
  const called = new Set([
    ...(await listCalledActions(['doctor'], exampleConfiguration)),
    ...(await listCalledActions(['doctor'], people)),
    ...(await listCalledActions(['doctor'], 'tests/fixtures/configurations/with-keys.yml')),
  ]);

  expect(withoutTable(listDocumentedActions('doctor'))).toEqual([...called].sort());
});

test.each([
  ['status', []],
  ['history', ['--account', '111111111111']],
  ['locks', []],
  ['start', ['--account', '111111111111']],
  ['sweep', []],
  ['replay', []],
  ['plan', []],
  ['drift', []],
  ['budget', []],
  ['adopt', []],
  ['check', ['--account', '888888888888']],
  ['wait', ['--account', '888888888888']],
  ['report', ['--out', '/dev/null']],
])('lists every action that %s calls', async (command, options) => {
  const called = await listCalledActions([command, ...options], exampleConfiguration);

  expect(called.filter((action) => !listDocumentedActions(command).includes(action))).toEqual([]);
});
