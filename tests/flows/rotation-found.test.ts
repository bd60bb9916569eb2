import { expect, test } from '@jest/globals';
import type { SimulatedEnvironment } from '../../simulator/app-config-state.ts';
import { fault } from '../fixtures/call-faults.ts';
import {
  createSecretEnv,
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  environmentId,
  namedTarget,
  planted,
  profileId,
  rotate,
  type SecretEnv,
  servedTo,
} from '../fixtures/secret-env.ts';
import { announcements } from '../fixtures/sweeps.ts';

const minute = 60_000;

/** A world whose targets are found, and have been by an event. */
async function createSearchedEnv(environments: readonly string[] = ['production']): Promise<SecretEnv> {
  const env = await createSecretEnv({ environments });
  await deploy(env, await rotate(env));
  return env;
}

function addEnvironment({ application }: SecretEnv, name: string): void {
  const environment: SimulatedEnvironment = {
    id: `${name}1`.slice(0, 7),
    name,
    monitors: [],
    deployments: [],
  };
  application.environments.set(environment.id, environment);
}

const listings = ({ organization }: SecretEnv) =>
  organization.calls.filter(({ operation }) => operation === 'ListApplications').length;

const statuses = async (env: SecretEnv) => (await deliveries(env)).map(({ status }) => status).toSorted();

test('deploys the version to an environment that was added after the last search', async () => {
  const env = await createSearchedEnv();
  addEnvironment(env, 'stage');

  await deploy(env, await rotate(env));
  expect(servedTo(env)).toBe(`${planted}-3`);
  expect(servedTo(env, 'stage')).toBeUndefined();
  await deploy(env, { resumePending: true });

  expect(servedTo(env, 'stage')).toBe(`${planted}-3`);
  env.organization.resetCalls();
  await deploy(env, await rotate(env));
  expect([listings(env), servedTo(env), servedTo(env, 'stage')]).toEqual([0, `${planted}-4`, `${planted}-4`]);
});

test('searches for targets again when the result is an hour old, and in a run by hand', async () => {
  const env = await createSearchedEnv();
  env.clock.advance(61 * minute);
  env.organization.resetCalls();
  await deploy(env, await rotate(env));
  expect(listings(env)).toBe(1);

  addEnvironment(env, 'stage');
  await deploy(env, { secretId: env.secretArn });

  expect(listings(env)).toBe(2);
  expect(servedTo(env, 'stage')).toBe(`${planted}-3`);
});

test.each<[string, (env: SecretEnv) => void]>([
  ['environment is gone', (env) => void env.application.environments.delete(environmentId(env, 'test'))],
  [
    'application is gone',
    (env) => void env.organization.world.appConfig.applications.delete(env.application.id),
  ],
])('withdraws a remembered target without an alarm when its %s', async (_, remove) => {
  const env = await createSearchedEnv(['production', 'test']);
  const before = announcements(env).length;
  const left = environmentId(env, 'test');
  remove(env);

  const { status, run } = await deploy(env, await rotate(env));

  expect(status).toBe('SUCCEEDED');
  expect(run?.reason).toMatch(/does not serve the secret any more/);
  expect(announcements(env).slice(before)).toEqual(['Configuration Deployed']);
  const all = await env.store.outbox.listBySource(env.secretArn, `${env.application.id}/${left}/`);
  expect(all.map((each) => each.status).toSorted()).toEqual(['complete', 'withdrawn']);
});

test('deploys nothing to a profile that names another secret, and deploys again when it names the first one', async () => {
  const env = await createSearchedEnv();
  const profile = env.application.profiles.get(profileId(env)) ?? {};
  const { locationUri } = profile as { readonly locationUri?: string };
  Object.assign(profile, { locationUri: 'secretsmanager://app/other' });
  const event = await rotate(env);

  expect((await deploy(env, event)).status).toBe('SUCCEEDED');
  expect([await statuses(env), deployedTo(env).length]).toEqual([['complete', 'withdrawn'], 1]);

  Object.assign(profile, { locationUri });
  await deploy(env, event);
  expect(deployedTo(env).at(-1)).toBe(currentVersion(env));
});

test('reports a remembered target that still exists and whose deployment cannot be started', async () => {
  const env = await createSearchedEnv();
  env.organization.world.appConfig.strategies.clear();

  const { run } = await deploy(env, await rotate(env));

  expect(run?.unresolved).toEqual([expect.stringContaining('Could not find DeploymentStrategy')]);
  expect(announcements(env).at(-1)).toBe('Configuration Deployment Failed');
});

test('deploys to configured targets only, even if a search would find more', async () => {
  const env = await createSecretEnv({
    environments: ['production', 'test'],
    secretDeployment: (parts) => {
      const [target] = namedTarget(parts).targets;
      return { targets: [{ ...target, environments: target?.environments.slice(0, 1) }] };
    },
  });

  await deploy(env, await rotate(env));
  await deploy(env, { resumePending: true });

  expect([deployedTo(env), deployedTo(env, 'test')]).toEqual([[currentVersion(env)], []]);
});

test('describes and tags a deployment with its run, and uses the strategy of its target', async () => {
  const env = await createSecretEnv({ secretDeployment: namedTarget });

  const { run } = await deploy(env, await rotate(env));

  const [deployment] = env.application.environments.get(environmentId(env))?.deployments ?? [];
  expect(deployment).toMatchObject({
    description: `Version ${currentVersion(env)}, by account-onboarding, run ${run?.runId}`,
    tags: { 'managed-by': 'account-onboarding', 'account-onboarding:run': run?.runId },
    strategy: { id: env.strategy },
  });
});

test('announces a deployment that somebody reverts while the run follows it', async () => {
  const env = await createSecretEnv();
  const event = await rotate(env);
  fault(env, 'StartDeployment', async (_, proceed) => {
    const answer = await proceed();
    const [deployment] = env.application.environments.get(environmentId(env))?.deployments ?? [];
    if (deployment !== undefined) deployment.undone = { state: 'REVERTED', at: env.clock.now(), by: 'USER' };
    return { ...(answer as object), State: 'BAKING' };
  });

  const { run } = await deploy(env, event);

  expect(run?.unresolved).toEqual([expect.stringMatching(/reverted: Deployment 1 was reverted/)]);
  expect(announcements(env)).toEqual(['Configuration Deployment Failed']);
});
