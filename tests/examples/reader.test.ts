import { expect, test } from '@jest/globals';
import { createRotationDemo, withStrategy } from '../../cli/demo/rotation-world.ts';
import { createSimulation, prepareDeployment } from '../../cli/simulation.ts';
import { createHandler, deployedReader, type Login } from '../../examples/rotation/reader.ts';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import type { OrganizationEvent } from '../../simulator/organization-event.ts';
import { findVersion } from '../../simulator/secrets.ts';
import { silentLogger } from '../../simulator/simulated-services.ts';

const minute = 60_000;

/** The organization of the demonstration, with the example's function in a member account. */
async function exampleWorld() {
  const configuration = await loadConfiguration('examples/onboarding.yml');
  const simulation = withStrategy(createSimulation(configuration, { logger: silentLogger }));
  await prepareDeployment(simulation.services, simulation.configuration);
  const { organization, services } = simulation;
  const scene = createRotationDemo(simulation);
  const { accountId, region } = scene.place;
  const [member = ''] = [...organization.world.roles.values()]
    .filter(({ name }) => name === 'shop')
    .map((role) => role.accountId);
  const connected: Login[] = [];
  const reader = deployedReader(
    { ROLE_ARN: `arn:aws:iam::${accountId}:role/ConfigurationReader`, AWS_REGION: region },
    {
      clock: services.clock,
      credentials: organization.credentialsOf(member, 'shop'),
      plugins: [organization.plugin()],
    },
  );
  const handler = createHandler(reader, async (login) => void connected.push(login));
  return { ...simulation, scene, member, handler, connected };
}

test('connects to PostgreSQL from another account with the rotated secret', async () => {
  const { services, organization, scene, member, handler, connected } = await exampleWorld();
  expect(member).not.toBe(scene.place.accountId);
  const events: OrganizationEvent[] = [];
  organization.onEvent((event) => events.push(event));
  const deploy = (name: string, input: unknown) =>
    runLocally({
      machine: 'config-deployment',
      services,
      name,
      input,
      around: async (_, invoke) => {
        await services.clock.sleep(minute);
        return invoke();
      },
    });
  const current = (): Login => {
    const secret = organization.world.secrets.get(scene.secretArn);
    return JSON.parse((secret === undefined ? undefined : findVersion(secret, 'AWSCURRENT')?.value) ?? '{}');
  };

  await expect(handler()).rejects.toMatchObject({ name: 'ConfigurationUnavailableError' });
  await deploy('first', { secretId: scene.secretArn });
  const first = current();
  expect(await handler()).toEqual({ connected: true });
  await scene.rotate();
  await deploy('second', events[0]);
  await handler();

  expect(connected).toEqual([first, current()]);
  expect(current().password).not.toBe(first.password);
});
