import { expect, it } from '@jest/globals';
import { created, moved, workloads } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { type GrantName, small } from '../fixtures/small-configuration.ts';
import { createEnv, onboard } from '../fixtures/test-env.ts';

const grants = ['people', 'repository', 'secret'] as const satisfies readonly GrantName[];

it.each([
  ['a group', 'ListGroupPolicies', /group Developers .* cannot be read now/],
  ['the key of a secret', 'DescribeSecret', /cannot find out now which key encrypts/],
])('reports unproven at once when AWS throttles reads of %s', async (_, operation, reason) => {
  const env = await createEnv({ configuration: small(grants) });
  const { id } = created(env);
  env.organization.tagAccount(id, { runner: 'yes' });
  const throttled = fault(env, operation, refuse('ThrottlingException', 'Rate exceeded'), 1_000);

  const { run } = await onboard(env, moved(env, id, workloads));

  expect(throttled()).toBeGreaterThan(0);
  expect(run.status).toBe('succeeded');
  expect(run.readiness?.ready).toBe('unproven');
  expect(JSON.stringify(run.readiness?.reasons)).toMatch(reason);
});
