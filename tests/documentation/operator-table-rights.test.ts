import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { exitCodes } from '../../cli/exit-codes.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { createSimulatedStore } from '../../simulator/simulated-store.ts';
import { exampleConfiguration, run } from '../fixtures/screen.ts';

const page = readFileSync('docs/operator-rights.md', 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** The actions of a command in a column of the page. `as X` stands for the actions of X. */
function listActions(command: string, column: 2 | 3): readonly string[] {
  const row = rows.find(([, commands]) => commands?.split(', ').includes(`\`${command}\``));
  const cell = row?.[column];
  if (cell === undefined) throw new Error(`The page has no row for ${command}`);
  const others = [...cell.matchAll(/as `(\w+)`/g)].flatMap(([, other = '']) => listActions(other, column));
  const ofQueues = cell.includes('the four actions of SQS') ? listActions('replay', column) : [];
  return [...cell.matchAll(/`(\w+:\w+)`/g)].map(([, action = '']) => action).concat(others, ofQueues);
}

const name = 'account-onboarding-example';
const hubRole = 'arn:aws:iam::111111111111:role/account-onboarding-hub';
const table = `arn:aws:dynamodb:us-east-1:111111111111:table/${name}`;
const queueOf = (id: string) => `https://sqs.us-east-1.amazonaws.com/111111111111/${name}-${id}-A1`;

/** From now on the operator has the documented rights, and no other. */
function limitOperator({ world }: SimulatedOrganization, command: string): void {
  const role = world.roles.get(hubRole);
  if (role === undefined) throw new Error('There is no role of the operator');
  const allow = (Action: readonly string[], Resource: string) => ({ Effect: 'Allow', Action, Resource });
  const Statement = [...[allow(listActions(command, 2), table), allow(listActions(command, 3), '*')]].filter(
    ({ Action }) => Action.length > 0,
  );
  world.roles.set(hubRole, { ...role, permissions: JSON.stringify({ Version: '2012-10-17', Statement }) });
}

const account = ['--account', '888888888888'];

test.each([
  ['status', []],
  ['history', account],
  ['locks', []],
  ['doctor', []],
  ['start', account],
  ['sweep', []],
  ['replay', []],
  ['replay --failures', []],
  ['plan', []],
  ['budget', []],
  ['who-can', ['--resource', 'arn:aws:s3:::example-org-cloudtrail']],
  ['check', account],
  ['drift', []],
  ['apply', ['--yes']],
])('runs %s with the documented rights and no other', async (command, options) => {
  const used = new Set<string>();
  const denied: string[] = [];
  const argv = [...command.split(' '), ...options, '--simulate', '--config', exampleConfiguration];

  const { code, stderr } = await run(argv, {
    createStore: (organization) => createSimulatedStore(organization, name),
    outsiders: (organization) => {
      for (const id of ['EventDeadLetters', 'FailureDeadLetters'])
        organization.world.queues.set(queueOf(id), []);
      const bucket = organization.world.buckets.get('example-org-cloudtrail');
      if (command === 'apply' && bucket !== undefined) bucket.policy = undefined;
      limitOperator(organization, command);
      organization.onDecision(({ caller, action, decision }) => {
        if (caller.roleArn !== hubRole) return;
        used.add(action);
        if (decision.outcome !== 'allowed') denied.push(action);
      });
    },
  });

  expect({ denied, stderr }).toEqual({ denied: [], stderr: expect.not.stringContaining('not authorized') });
  expect(code).toBe(command === 'plan' ? exitCodes.changesPending : exitCodes.succeeded);
  if (command === 'apply') expect(used).toContain('dynamodb:PutItem');
  const ofTable = [...used].filter((action) => action.startsWith('dynamodb:'));
  expect(ofTable.filter((action) => !listActions(command, 2).includes(action))).toEqual([]);
});
