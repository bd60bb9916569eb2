import { expect, it } from '@jest/globals';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import { created } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { small } from '../fixtures/small-configuration.ts';
import { createEnv, named, onboard } from '../fixtures/test-env.ts';

const configuration = small(['bucket']);

const throttled = refuse('TooManyRequestsException', 'AWS Organizations can not complete your request now');

it('registers the account after its turn when AWS throttles the registration', async () => {
  const env = await createEnv({ configuration });
  const { id, event } = created(env);
  fault(env, 'ListParents', throttled, 10);

  const { status, states, run } = await onboard(env, event);

  expect(states.slice(0, 6)).toEqual([
    'ResolveAccount',
    'IsAccountChange',
    'RegisterAccounts',
    'RegisterAccount',
    'TakeTurn',
    'WaitForTurn',
  ]);
  expect(states.filter((state) => state === 'RegisterAccount').length).toBeGreaterThan(1);
  expect([status, run.status]).toEqual(['SUCCEEDED', 'succeeded']);
  expect(Object.values(named(env)).flat()).toContain(id);
});

it('ends the run as failed when AWS throttles the registration for an hour', async () => {
  const env = await createEnv({ configuration });
  const { id, event } = created(env);
  fault(env, 'ListParents', throttled, 100_000);

  const services = createSimulatedServices(env.organization, { store: env.store, quick: true });
  const { run } = await onboard(env, event, { services });

  expect(run).toMatchObject({ status: 'failed' });
  expect(JSON.stringify(run)).toMatch(/throttled the registration of account .* for an hour/);
  expect(Object.values(named(env)).flat()).not.toContain(id);
});
