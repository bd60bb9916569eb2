import { expect, test } from '@jest/globals';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { activateConfiguration } from '../../shared/runs/activate.ts';
import { created } from '../fixtures/account-events.ts';
import { bucket, everything, key, log, people, small } from '../fixtures/small-configuration.ts';
import { createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { named, onboard, type TestEnv } from '../fixtures/test-env.ts';

/** Without the log account and its grants. */
function withoutLog(): Configuration {
  const { centralAccounts, grants, ...rest } = small();
  const { log: _, ...others } = centralAccounts;
  return { ...rest, centralAccounts: others, grants: grants.filter(({ account }) => account !== 'log') };
}

const resources = (env: TestEnv) => named({ ...env, configuration: small() });

test('names the resources that keep statements, and updates other accounts, when a removed central account has lost its role', async () => {
  const env = await createSweptEnv();
  env.organization.deleteRole(`arn:aws:iam::${log}:role/account-onboarding/spoke`);
  const before = resources(env);
  const next = { ...env, configuration: withoutLog() };

  const { unreachableResources } = await env.organization.runAsOperator(() =>
    activateConfiguration(env.services, next.configuration, 'the test'),
  );
  const { id, event } = created(next);
  const ended = await onboard(next, event);
  const swept = await sweep(next);

  expect(unreachableResources.toSorted()).toEqual([bucket, key].toSorted());
  expect([ended.run.status, swept.run.status]).toEqual(['succeeded', 'succeeded']);
  expect(everything.filter((each) => resources(env)[each]?.includes(id))).toEqual([people]);
  expect(resources(env)[bucket]).toEqual(before[bucket]);
});

test('names the missing role when a central account keeps its grants and has lost its role', async () => {
  const env = await createSweptEnv();
  env.organization.deleteRole(`arn:aws:iam::${log}:role/account-onboarding/spoke`);

  const { run } = await onboard(env, created(env).event);

  expect(run.status).toBe('failed');
  expect(run.unresolved?.join('\n')).toMatch(
    /sts:AssumeRole on arn:aws:iam::222222222222:role\/account-onboarding\/spoke was denied/,
  );
});
