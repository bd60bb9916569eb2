import { expect, test } from '@jest/globals';
import type { SimulatedEnvironment } from '../../simulator/app-config-state.ts';
import { fault } from './faults.ts';
import {
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  environmentId,
  namedTarget,
  planted,
  profileId,
  type RotationWorld,
  rotate,
  rotationWorld,
  servedTo,
} from './rotations.ts';
import { announcements } from './sweeps.ts';

const minute = 60_000;

/** A world whose targets are found, and have been by an event. */
async function found(environments: readonly string[] = ['production']): Promise<RotationWorld> {
  const of = await rotationWorld({ environments });
  await deploy(of, await rotate(of));
  return of;
}

function addEnvironment({ application }: RotationWorld, name: string): void {
  const environment: SimulatedEnvironment = {
    id: `${name}1`.slice(0, 7),
    name,
    monitors: [],
    deployments: [],
  };
  application.environments.set(environment.id, environment);
}

const listings = ({ organization }: RotationWorld) =>
  organization.calls.filter(({ operation }) => operation === 'ListApplications').length;

const statuses = async (of: RotationWorld) => (await deliveries(of)).map(({ status }) => status).toSorted();

test('an environment that was added since the last look has the version with the next one', async () => {
  const of = await found();
  addEnvironment(of, 'stage');

  await deploy(of, await rotate(of));
  expect(servedTo(of)).toBe(`${planted}-3`);
  expect(servedTo(of, 'stage')).toBeUndefined();
  await deploy(of, { unfinished: true });

  expect(servedTo(of, 'stage')).toBe(`${planted}-3`);
  of.organization.resetCalls();
  await deploy(of, await rotate(of));
  expect([listings(of), servedTo(of), servedTo(of, 'stage')]).toEqual([0, `${planted}-4`, `${planted}-4`]);
});

test('what was found is looked for again when it is an hour old, and by hand', async () => {
  const of = await found();
  of.clock.advance(61 * minute);
  of.organization.resetCalls();
  await deploy(of, await rotate(of));
  expect(listings(of)).toBe(1);

  addEnvironment(of, 'stage');
  await deploy(of, { secretId: of.secretArn });

  expect(listings(of)).toBe(2);
  expect(servedTo(of, 'stage')).toBe(`${planted}-3`);
});

test.each<[string, (of: RotationWorld) => void]>([
  ['environment is gone', (of) => void of.application.environments.delete(environmentId(of, 'test'))],
  [
    'application is gone',
    (of) => void of.organization.world.appConfig.applications.delete(of.application.id),
  ],
])('where its %s, a target that was found before is withdrawn, and nobody is alarmed', async (_, remove) => {
  const of = await found(['production', 'test']);
  const before = announcements(of).length;
  const left = environmentId(of, 'test');
  remove(of);

  const { status, run } = await deploy(of, await rotate(of));

  expect(status).toBe('SUCCEEDED');
  expect(run?.reason).toMatch(/not served any more/);
  expect(announcements(of).slice(before)).toEqual(['Configuration Deployed']);
  const all = await of.store.outbox.of(of.secretArn, `${of.application.id}/${left}/`);
  expect(all.map((each) => each.status).toSorted()).toEqual(['complete', 'withdrawn']);
});

test('a profile that has another secret now gets nothing of this one, and its version when it is back', async () => {
  const of = await found();
  const profile = of.application.profiles.get(profileId(of)) ?? {};
  const { locationUri } = profile as { readonly locationUri?: string };
  Object.assign(profile, { locationUri: 'secretsmanager://app/other' });
  const event = await rotate(of);

  expect((await deploy(of, event)).status).toBe('SUCCEEDED');
  expect([await statuses(of), deployedTo(of).length]).toEqual([['complete', 'withdrawn'], 1]);

  Object.assign(profile, { locationUri });
  await deploy(of, event);
  expect(deployedTo(of).at(-1)).toBe(currentVersion(of));
});

test('a target that is found still, and cannot be started, is told as before', async () => {
  const of = await found();
  of.organization.world.appConfig.strategies.clear();

  const { run } = await deploy(of, await rotate(of));

  expect(run?.left).toEqual([expect.stringContaining('Could not find DeploymentStrategy')]);
  expect(announcements(of).at(-1)).toBe('Configuration Deployment Failed');
});

test('targets that the configuration names win over those that are found', async () => {
  const of = await rotationWorld({
    environments: ['production', 'test'],
    rotation: (parts) => {
      const [target] = namedTarget(parts).targets;
      return { targets: [{ ...target, environments: target?.environments.slice(0, 1) }] };
    },
  });

  await deploy(of, await rotate(of));
  await deploy(of, { unfinished: true });

  expect([deployedTo(of), deployedTo(of, 'test')]).toEqual([[currentVersion(of)], []]);
});

test('a deployment says by its description and tags which run has started it, with the strategy of its target', async () => {
  const of = await rotationWorld({ rotation: namedTarget });

  const { run } = await deploy(of, await rotate(of));

  const [deployment] = of.application.environments.get(environmentId(of))?.deployments ?? [];
  expect(deployment).toMatchObject({
    description: `Version ${currentVersion(of)}, by account-onboarding, run ${run?.runId}`,
    tags: { 'managed-by': 'account-onboarding', 'account-onboarding:run': run?.runId },
    strategy: { id: of.strategy },
  });
});

test('a deployment that a person reverts while it is followed is announced', async () => {
  const of = await rotationWorld();
  const event = await rotate(of);
  fault(of, 'StartDeployment', async (_, proceed) => {
    const answer = await proceed();
    const [deployment] = of.application.environments.get(environmentId(of))?.deployments ?? [];
    if (deployment !== undefined) deployment.undone = { state: 'REVERTED', at: of.clock.now() };
    return { ...(answer as object), State: 'BAKING' };
  });

  const { run } = await deploy(of, event);

  expect(run?.left).toEqual([expect.stringMatching(/reverted: Deployment 1 was reverted/)]);
  expect(announcements(of)).toEqual(['Configuration Deployment Failed']);
});
