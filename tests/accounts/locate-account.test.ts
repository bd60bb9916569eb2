import { expect, it } from '@jest/globals';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { createLocator } from '../../shared/reconcile/create-locator.ts';
import { created, moved, workloads } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { small } from '../fixtures/small-configuration.ts';
import { createEnv, onboard, type TestEnv } from '../fixtures/test-env.ts';

async function onboardOne(more = '') {
  const env = await createEnv({ configuration: small(undefined, more) });
  const { id, event } = created(env);
  await onboard(env, event);
  return { env, id };
}

const createOne = async ({ services }: TestEnv) =>
  createLocator(services, await getActiveConfiguration(services.store));

it('finds the account in its new OU, and stores nothing, when it moved after the last run', async () => {
  const { env, id } = await onboardOne();
  const registered = await env.store.registry.getAccount(id);
  moved(env, id, workloads);
  const locator = await createOne(env);

  const account = await locator.find(id);

  expect(account).toEqual({ ...registered, parentIds: ['r-exam', workloads], ouPath: 'Workloads' });
  expect(await env.store.registry.getAccount(id)).toEqual(registered);
  expect(locator.listWarnings()).toEqual([
    `account-1 (${id}) is in the OU Workloads now. The registry has it in the root, as of ${registered?.updatedAt}. Start a run for the account`,
  ]);
});

it('returns no warning when the registry has the right OU', async () => {
  const { env, id } = await onboardOne();
  const locator = await createOne(env);

  expect(await locator.find(id)).toEqual(await env.store.registry.getAccount(id));
  expect([locator.listWarnings(), locator.listUnread().size]).toEqual([[], 0]);
});

it('finds the state of an account when it was closed after the last run', async () => {
  const { env, id } = await onboardOne();
  env.organization.closeAccount(id);
  const locator = await createOne(env);

  expect(await locator.find(id)).toMatchObject({ id, state: 'SUSPENDED' });
  expect(locator.listWarnings()).toEqual([expect.stringContaining('is in the state SUSPENDED now')]);
});

it('returns that an account waits for approval when its move would need one', async () => {
  const { env, id } = await onboardOne('\napproval: { for: { ous: [Workloads] } }');
  moved(env, id, workloads);

  expect(await (await createOne(env)).find(id)).toMatchObject({ approval: { approvedAs: { ouPath: '' } } });
});

it('finds no account when the registry does not have it', async () => {
  const { env } = await onboardOne();
  const { id } = created(env);

  expect(await (await createOne(env)).find(id)).toBeUndefined();
});

it('asks Organizations once when an account is needed several times', async () => {
  const { env, id } = await onboardOne();
  const locator = await createOne(env);
  const seen = fault(env, 'DescribeAccount', refuse('AccessDeniedException', 'not you'), 99);

  await Promise.all([locator.find(id), locator.find(id)]);

  expect(seen()).toBe(1);
  expect([...locator.listUnread().keys()]).toEqual([id]);
});
