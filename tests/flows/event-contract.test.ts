import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv } from 'ajv';
import type { Store } from '../../shared/store/ports.ts';
import { created } from '../fixtures/account-events.ts';
import { small } from '../fixtures/small-configuration.ts';
import { sweep } from '../fixtures/sweeps.ts';
import { createEnv, onboard, type TestEnv } from '../fixtures/test-env.ts';

const accepts = new Ajv({ validateFormats: false }).compile(
  JSON.parse(readFileSync('schema/events.schema.json', 'utf8')),
);

/** The events of an organization as their targets get them. */
const delivered = ({ organization }: TestEnv) =>
  organization.world.putEvents.map(({ Source, DetailType, Detail }) => ({
    source: Source,
    'detail-type': DetailType,
    detail: JSON.parse(String(Detail)),
  }));

test('sends events that the published schema accepts when an account comes, closes, and cannot be written', async () => {
  const env = await createEnv();
  const { id, event } = created(env);
  await onboard(env, event);
  await onboard(env, { accountId: '999999999999' });
  env.organization.closeAccount(id);
  await onboard(env, { accountId: id, mode: 'sync' });
  await sweep(env);

  const events = delivered(env);

  expect(events.map(({ 'detail-type': title }) => title)).toEqual([
    'Account Onboarded',
    'Account Onboarding Failed',
    'Account Offboarded',
  ]);
  expect(events.filter((each) => !accepts(each))).toEqual([]);
});

/** The record names an account by its name, so the event does, too. */
const namingAccounts = ({ runs }: Store): Partial<Store> => ({
  runs: {
    ...runs,
    getWhole: async (runId) => {
      const { run, changes } = await runs.getWhole(runId);
      return { run: run && { ...run, accountIds: ['orders'] }, changes };
    },
  },
});

test('fails the test of a flow when a run sends an event that breaks the contract', async () => {
  const env = await createEnv({ configuration: small(['bucket']), around: namingAccounts });

  const run = onboard(env, created(env).event);

  await expect(run).rejects.toThrow('Events break their contract:\n"Account Offboarded": accountIds[0]');
  expect(env.organization.world.putEvents).toEqual([]);
});
