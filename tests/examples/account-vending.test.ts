import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from '@jest/globals';
import { parseDocument } from 'yaml';
import * as z from 'zod';
import { shortForms } from '../../simulator/cloudformation/short-forms.ts';
import { matchesPattern } from '../../simulator/event-pattern.ts';
import { runStateMachine } from '../../simulator/run-state-machine.ts';
import type { StateMachineText } from '../../simulator/state-machine-definition.ts';
import type { StateFunction } from '../../simulator/task-handler.ts';
import { created } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { small } from '../fixtures/small-configuration.ts';
import { createEnv, onboard, type TestEnv } from '../fixtures/test-env.ts';

const folder = 'examples/account-vending';
const readYaml = (file: string) =>
  parseDocument(readFileSync(`${folder}/${file}`, 'utf8'), { customTags: shortForms }).toJS();
const readJson = (file: string): StateMachineText => JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));

const { Resources: resources } = readYaml('wait-for-access.yml');
const record: StateMachineText = resources.RecordMachine.Properties.Definition;
const wait: StateMachineText = resources.WaitMachine.Properties.Definition;
const vending = readJson('vending.asl.json');
const aft = readJson('aft-customizations.asl.json');

type Item = Readonly<
  Record<'accountId' | 'runId' | 'status' | 'startedAt' | 'ready', { readonly S: string }>
>;

const putSchema = z.object({ Item: z.custom<Item>((value) => typeof value === 'object') });
const getSchema = z.object({ Key: z.object({ accountId: z.object({ S: z.string() }) }) });

/** The table, with the condition of the put. */
function createTable() {
  const items = new Map<string, Item>();
  const PutItem: StateFunction = async (input) => {
    const { Item: item } = putSchema.parse(input);
    const before = items.get(item.accountId.S);
    if (before !== undefined && before.startedAt.S > item.startedAt.S)
      throw Object.assign(new Error('newer'), { name: 'DynamoDB.ConditionalCheckFailedException' });
    items.set(item.accountId.S, item);
    return {};
  };
  const GetItem: StateFunction = async (input) => {
    const item = items.get(getSchema.parse(input).Key.accountId.S);
    return item === undefined ? {} : { Item: item };
  };
  return { items, PutItem, GetItem };
}

type Table = ReturnType<typeof createTable>;

const run = (
  definition: StateMachineText,
  functions: Readonly<Record<string, StateFunction>>,
  input: unknown,
) =>
  runStateMachine({
    definition,
    functions,
    input,
    name: 'test',
    startedAt: '2026-03-01T10:00:00.000Z',
    waits: 'none',
  });

/** The events that the hub has sent, as the rule delivers them. */
async function deliver({ organization }: TestEnv, { PutItem }: Table): Promise<void> {
  const pattern = { ...resources.ResultRule.Properties.EventPattern, account: undefined };
  const { account: _, ...withoutAccount } = pattern;
  for (const { Source, DetailType, Detail } of organization.world.putEvents.splice(0)) {
    const event = { source: Source, 'detail-type': DetailType, detail: JSON.parse(String(Detail)) };
    if (matchesPattern(withoutAccount, event)) await run(record, { PutItem }, event);
  }
}

/** Waits for an account. Each read of the table is followed by the next happening. */
const waitFor = (table: Table, input: object, happenings: readonly (() => Promise<unknown>)[] = []) => {
  const left = [...happenings];
  const GetItem: StateFunction = async (parameters) => {
    const answer = await table.GetItem(parameters);
    const next = left.shift();
    if (next === undefined && Object.keys(answer ?? {}).length === 0)
      throw Object.assign(new Error('nothing happens any more'), { name: 'NothingHappens' });
    await next?.();
    return answer;
  };
  return run(wait, { GetItem }, input);
};

test('lets the pipeline continue when the run for the account ends after the wait began', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const table = createTable();
  const { id, event } = created(env);

  const ended = await waitFor(table, { accountId: id }, [
    async () => undefined,
    async () => {
      await onboard(env, event, { name: 'arrival' });
      await deliver(env, table);
    },
  ]);

  expect(ended).toMatchObject({
    status: 'SUCCEEDED',
    output: { accountId: id, runId: 'arrival', ready: true },
  });
});

test('fails the wait when the run for the account fails', async () => {
  const env = await createEnv({ configuration: small(['bucket']) });
  const table = createTable();
  const { id, event } = created(env);
  fault(env, 'PutBucketPolicy', refuse('AccessDenied', 'no', 403), 1_000);
  await onboard(env, event);
  await deliver(env, table);

  expect(await waitFor(table, { accountId: id })).toMatchObject({
    status: 'FAILED',
    error: 'OnboardingFailed',
  });
});

test('fails the wait when an access of the account is not proven', async () => {
  const env = await createEnv({ configuration: small(['people']) });
  const table = createTable();
  const { id, event } = created(env);
  await onboard(env, event);
  await deliver(env, table);

  expect(await waitFor(table, { accountId: id })).toMatchObject({
    status: 'FAILED',
    error: 'AccessUnproven',
  });
});

const item = (startedAt: string, ready: string, status = 'succeeded'): Item => ({
  accountId: { S: '111122223333' },
  runId: { S: `of ${startedAt}` },
  status: { S: status },
  startedAt: { S: startedAt },
  ready: { S: ready },
});
const [early, late] = ['2026-03-01T09:00:00.000Z', '2026-03-01T11:00:00.000Z'];

test.each([
  ['started before the given time', item(early, 'true')],
  ['verified nothing, because the account is not in its OU yet', item(late, 'none')],
])('waits for the next run when the last run %s', async (_, first) => {
  const table = createTable();
  await table.PutItem({ Item: first });

  const ended = await waitFor(table, { accountId: '111122223333', since: '2026-03-01T10:00:00' }, [
    async () => table.PutItem({ Item: item('2026-03-01T12:00:00.000Z', 'true') }),
  ]);

  expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { runId: 'of 2026-03-01T12:00:00.000Z' } });
});

test('keeps the newer result when an older event arrives late', async () => {
  const { items, PutItem } = createTable();
  const event = (startedAt: string, status: string) => ({
    detail: { runId: startedAt, status, accountIds: ['111122223333'], startedAt, ready: status !== 'failed' },
  });

  await run(record, { PutItem }, event(late, 'succeeded'));
  const ended = await run(record, { PutItem }, event(early, 'failed'));

  expect(ended.status).toBe('SUCCEEDED');
  expect(items.get('111122223333')).toMatchObject({ status: { S: 'succeeded' }, ready: { S: 'true' } });
});

describe('the pipeline of plain Step Functions', () => {
  const calls: unknown[] = [];
  const step =
    (answer: object): StateFunction =>
    async (input) => {
      calls.push(input);
      return answer;
    };
  const status = (State: string) => ({
    CreateAccountStatus: { Id: 'car-1', State, AccountId: '111122223333' },
  });
  const functions = (state: string) => ({
    'arn:aws:states:::aws-sdk:organizations:createAccount': step(status('IN_PROGRESS')),
    'arn:aws:states:::aws-sdk:organizations:describeCreateAccountStatus': step(status(state)),
    'arn:aws:states:::aws-sdk:organizations:moveAccount': step({}),
    'arn:aws:states:::states:startExecution.sync:2': step({ Output: { ready: true } }),
  });
  const input = { accountName: 'orders', email: 'orders@example.com', rootId: 'r-exam', ouId: 'ou-exam-1' };

  test('waits for the access after the move, and ignores earlier runs', async () => {
    calls.length = 0;
    const ended = await run(vending, functions('SUCCEEDED'), input);

    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { access: { Output: { ready: true } } } });
    expect(calls.at(-2)).toEqual({
      AccountId: '111122223333',
      SourceParentId: 'r-exam',
      DestinationParentId: 'ou-exam-1',
    });
    expect(calls.at(-1)).toMatchObject({
      Input: { accountId: '111122223333', since: '2026-03-01T10:00:00.000Z' },
    });
  });

  test('fails when Organizations does not create the account', async () => {
    expect(await run(vending, functions('FAILED'), input)).toMatchObject({
      status: 'FAILED',
      error: 'CreationFailed',
    });
  });
});

test.each([
  ['the time of the event', { time: '2026-03-01T10:00:00Z' }, '2026-03-01T10:00:00'],
  ['no time when AFT has imported the account', {}, ''],
])('gives the wait of AFT %s, and keeps the input of AFT', async (_, controlTowerEvent, since) => {
  let waited: unknown;
  const start: StateFunction = async (parameters) => {
    waited = parameters;
    return {};
  };
  const input = {
    control_tower_event: controlTowerEvent,
    account_info: { account: { id: '111122223333' } },
  };

  const ended = await run(aft, { 'arn:aws:states:::states:startExecution.sync:2': start }, input);

  expect(waited).toMatchObject({ Input: { accountId: '111122223333', since } });
  expect(ended).toMatchObject({ status: 'SUCCEEDED', output: input });
});

test.each([
  ['wait-for-access.yml, RecordMachine', record],
  ['wait-for-access.yml, WaitMachine', wait],
  ['vending.asl.json', vending],
  ['aft-customizations.asl.json', aft],
])('finds no mistake in the state machine of %s', (_, definition) => {
  const validate = createRequire(import.meta.url)('asl-validator');
  const text = JSON.stringify(definition).replaceAll(
    /\$\{(PutItem|GetItem)\}/g,
    'arn:aws:states:::dynamodb:$1',
  );

  expect(validate(JSON.parse(text)).errors).toEqual([]);
});
