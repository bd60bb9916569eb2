import type { Configuration } from '../../../shared/configuration/schema.ts';
import { validateConfiguration } from '../../../shared/configuration/validate.ts';
import { addStrategy, type ProfileInput, trustsAppConfig } from '../../../simulator/app-config.ts';
import type { SimulatedApplication } from '../../../simulator/app-config-state.ts';
import { createExampleOrganization } from '../../../simulator/example-organization.ts';
import type { SimulatedOrganization } from '../../../simulator/organization.ts';
import type { Draw } from '../random.ts';
import { createProcessClock } from '../time.ts';
import { createApplication, findProfile, hostedName, type RecreatableApplication } from './application.ts';
import { type ApplicationLocation, applicationLocations } from './application-locations.ts';
import { type CredentialConsumer, drawCredentialConsumer } from './credential-consumer.ts';

/** Part of every value of a secret. It must appear nowhere else. */
export const planted = 'planted-9e41c7';

export interface RotatedSecret {
  readonly arn: string;
  readonly place: ApplicationLocation;
  /** The consumer of the secret. */
  readonly door: CredentialConsumer;
  readonly home: RecreatableApplication;
  /** In their present state, or in their last state before the deletion. */
  readonly application: SimulatedApplication;
  readonly profileId: string;
  /** Whether the configuration names its targets, if there are any. */
  readonly named: boolean;
}

export interface RotationScenario {
  readonly organization: SimulatedOrganization;
  readonly configuration: Configuration;
  /** With the present targets. */
  configured(): Configuration;
  readonly homes: readonly RecreatableApplication[];
  readonly secrets: readonly RotatedSecret[];
  /** Ids of the strategies that others may use. */
  readonly strategies: readonly string[];
}

/** Accounts with applications, and secrets that their environments serve. Nothing is deployed yet. */
export function drawRotations(draw: Draw): RotationScenario {
  const organization = createExampleOrganization(configurationWith({}), {
    clock: createProcessClock(),
    random: draw.random,
  });
  for (const { accountId } of applicationLocations) {
    for (const name of ['rotation-function', 'others'])
      organization.addRole({ accountId, name, trust: everything, permissions: everything });
    organization.addRole({ accountId, name: 'retrieval', trust: trustsAppConfig, permissions: everything });
  }
  const strategies = drawStrategies(organization, draw);
  const secrets = applicationLocations
    .slice(0, draw.pick([1, 1, 2]))
    .flatMap((location) => drawApplications(organization, draw, location));
  const homes = [...new Set(secrets.map(({ home }) => home))];
  const settings = {
    startTimeoutMinutes: draw.pick([1, 10, 60]),
    deploymentTimeoutMinutes: draw.pick([5, 30, 120]),
  };
  const configured = () =>
    configurationWith({
      strategy: 'AppConfig.AllAtOnce',
      ...settings,
      targets: secrets.filter(({ named }) => named).flatMap(targetOf),
    });
  return { organization, configuration: configured(), configured, homes, secrets, strategies };
}

/**
 * As an operator would write it from the present resources, without applications that lack an environment or profile.
 */
function targetOf({ arn, place, application, profileId }: RotatedSecret): readonly object[] {
  const environments = [...application.environments.keys()];
  const target = { secret: arn, account: place.name, application: application.id };
  return environments.length === 0 || profileId === ''
    ? []
    : [{ ...target, environments, profile: profileId }];
}

/** An application and one to three secrets that it serves. */
function drawApplications(
  organization: SimulatedOrganization,
  draw: Draw,
  location: ApplicationLocation,
): readonly RotatedSecret[] {
  const names = ['database', 'queue', 'key'].slice(0, draw.between(1, 3));
  const where = { accountId: location.accountId, region: location.region };
  const made = names.map((name) => {
    const door = drawCredentialConsumer(draw, `${planted}-${name}`);
    const arn = organization.addSecret({ ...where, name: `app/${name}`, value: door.first });
    return { name, door, arn };
  });
  const retrievalRoleArn = `arn:aws:iam::${location.accountId}:role/retrieval`;
  const profiles: readonly ProfileInput[] = made.map(({ name }) => ({
    name,
    locationUri: `secretsmanager://app/${name}`,
    retrievalRoleArn,
  }));
  const home = createApplication(organization.world, location, {
    ...where,
    name: `shop-${location.name}`,
    environments: ['production', 'test', 'staging']
      .slice(0, draw.between(1, 3))
      .map((name) => ({ name, monitors: draw.chance(0.4) ? [alarmOf(location, name)] : [] })),
    profiles: [...profiles, { name: 'settings' }, { name: hostedName }],
  });
  for (const name of ['settings', hostedName, hostedName])
    findProfile(home.application, name)?.versions.push({ content: '{}', contentType: 'application/json' });
  return made.map(({ name, door, arn }) => ({
    arn,
    place: location,
    door,
    home,
    get application() {
      return home.application;
    },
    get profileId() {
      return findProfile(home.application, name)?.id ?? '';
    },
    named: draw.chance(0.5),
  }));
}

const alarmOf = ({ accountId, region }: ApplicationLocation, name: string): string =>
  `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`;

/** The default strategy, equal in all accounts, and further strategies. */
function drawStrategies({ world }: SimulatedOrganization, draw: Draw): readonly string[] {
  const growth = (durationMinutes: number, bakeMinutes: number) => ({
    durationMinutes,
    growthType: 'LINEAR' as const,
    growthFactor: durationMinutes === 0 ? 100 : 25,
    bakeMinutes,
  });
  const id = 'AppConfig.AllAtOnce';
  const own = growth(draw.pick([0, 0, 0, 8, 40]), draw.pick([0, 0, 10]));
  world.appConfig.strategies.set(id, { id, name: id, ...own });
  return [
    addStrategy(world, { name: 'at-once', ...growth(0, 0) }),
    addStrategy(world, { name: 'slowly', ...growth(30, 10) }),
  ];
}

const everything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }],
};

const configurationWith = (secretDeployment: object): Configuration =>
  validateConfiguration(
    {
      version: 1,
      installation: 'sim',
      organization: { id: 'o-exampleorg1', managementAccount: '111111111111' },
      centralAccounts: {
        log: { id: '222222222222', region: 'eu-west-1' },
        ...Object.fromEntries(
          applicationLocations.map(({ name, accountId, region }) => [name, { id: accountId, region }]),
        ),
      },
      grants: [
        {
          name: 'token',
          kind: 'secret-resource-policy',
          account: 'shared',
          secrets: ['deploy/token'],
          preset: 'read',
          for: { all: true },
        },
      ],
      secretDeployment,
    },
    'the simulation',
  );
