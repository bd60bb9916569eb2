import { DescribeSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Services } from '../../shared/services.ts';
import type { Delivery, RunRecord } from '../../shared/store/ports.ts';
import { addApplication, addStrategy, type SimulatedApplication } from '../../simulator/app-config.ts';
import type { OrganisationEvent } from '../../simulator/events.ts';
import { type FunctionInterceptor, runLocally } from '../../simulator/local-deployment.ts';
import { shared, smallText } from './configurations.ts';
import { otherServices, type World, type WorldOptions, world } from './world.ts';

export const region = 'eu-west-1';
export const alarm = `arn:aws:cloudwatch:${region}:${shared}:alarm:errors`;
export const secretName = 'app/database';
/** Stands in every value of a secret here, and must stand nowhere else. */
export const planted = 'planted-7f3a9c';

export interface RotationWorld extends World {
  readonly secretArn: string;
  readonly application: SimulatedApplication;
  /** All at once, without bake time. */
  readonly strategy: string;
  readonly events: OrganisationEvent[];
}

export interface RotationOptions extends Pick<WorldOptions, 'around'> {
  /** What stands under `rotation`, given the id of the strategy. Default: the strategy. */
  readonly rotation?: (strategy: string) => string;
  readonly environments?: readonly string[];
  readonly kmsKey?: boolean;
  readonly bakeMinutes?: number;
  readonly validators?: readonly object[];
}

/** A shared account with a secret, and an application whose environments serve it. */
export async function rotationWorld(options: RotationOptions = {}): Promise<RotationWorld> {
  const { environments = ['production'], kmsKey = false, bakeMinutes = 0, around, validators } = options;
  let made: Pick<RotationWorld, 'secretArn' | 'application' | 'strategy'> | undefined;
  const place = { accountId: shared, region };
  const growth = { durationMinutes: 0, growthType: 'LINEAR' as const, growthFactor: 100, bakeMinutes };
  const of = await world({
    configuration: parseConfiguration(
      `${smallText(['secret'])}rotation:\n${(options.rotation ?? (() => '  waitMinutes: 60'))('stra123')}\n`,
      'the test',
    ),
    ...(around === undefined ? {} : { around }),
    prepare: (organisation) => {
      const kmsKeyArn = kmsKey ? organisation.addKey({ ...place, id: 'secret-key' }) : undefined;
      const value = `${planted}-1`;
      const secretArn = organisation.addSecret({
        ...place,
        name: secretName,
        value,
        ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
      });
      const retrievalRoleArn = organisation.addRole({
        accountId: shared,
        name: 'retrieval',
        trust: everything,
        permissions: everything,
      });
      const application = addApplication(organisation.world, {
        ...place,
        name: 'shop',
        environments: environments.map((name) => ({ name, monitors: name === 'watched' ? [alarm] : [] })),
        profiles: [
          {
            name: 'database',
            locationUri: `secretsmanager://${secretName}`,
            retrievalRoleArn,
            ...(validators === undefined ? {} : { validators }),
          },
          { name: 'settings' },
        ],
      });
      const strategy = addStrategy(organisation.world, { ...place, name: 'at-once', ...growth });
      // The default of the configuration is predefined; here it has the bake time of the test.
      organisation.world.appConfig.strategies.set('AppConfig.AllAtOnce', {
        id: 'AppConfig.AllAtOnce',
        name: 'AppConfig.AllAtOnce',
        ...growth,
      });
      made = { secretArn, application, strategy };
    },
  });
  if (made === undefined) throw new Error('The world was not prepared');
  const events: OrganisationEvent[] = [];
  of.organisation.onEvent((event) => events.push(event));
  return { ...of, ...made, events };
}

const everything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }],
};

let deployments = 0;

export interface Deployed {
  /** Of the execution. */
  readonly status: 'SUCCEEDED' | 'FAILED';
  readonly run: RunRecord | undefined;
}

export interface DeployOptions {
  readonly services?: Services;
  readonly around?: FunctionInterceptor;
}

/** Runs config-deployment to its end. Before each further look at a delivery, half a minute passes. */
export async function deploy(of: World, input: unknown, options: DeployOptions = {}): Promise<Deployed> {
  deployments += 1;
  const name = `deployment-${deployments}`;
  const { services = otherServices(of), around = (_, invoke) => invoke() } = options;
  let looks = 0;
  const { status } = await runLocally({
    machine: 'config-deployment',
    services,
    name,
    input,
    around: async (token, invoke) => {
      if (token === 'AdvanceDeploymentFunctionArn') {
        looks += 1;
        if (looks > 1) await of.clock.sleep(30_000);
        if (looks > 2_000) throw new Error('It does not end');
      }
      return around(token, invoke);
    },
  });
  return { status, run: await of.store.runs.get(name) };
}

/** Gives the secret its next version. @returns the event that tells of it */
export async function rotate(of: RotationWorld): Promise<OrganisationEvent> {
  const { secretsManager } = of.services
    .aws('rotation', of.configuration)
    .reader({ accountId: shared, region });
  const role = of.organisation.world.roles.get(`arn:aws:iam::${shared}:role/account-onboarding/spoke`);
  if (role === undefined) throw new Error('There is no spoke role');
  of.organisation.world.roles.set(role.arn, { ...role, permissions: JSON.stringify(everything) });
  const number = of.organisation.world.secrets.get(of.secretArn)?.versions.size ?? 0;
  await secretsManager.send(
    new PutSecretValueCommand({ SecretId: of.secretArn, SecretString: `${planted}-${number + 1}` }),
  );
  of.organisation.world.roles.set(role.arn, role);
  const event = of.events.at(-1);
  if (event === undefined) throw new Error('Nothing was announced');
  return event;
}

export async function currentVersion(of: RotationWorld): Promise<string> {
  const { secretsManager } = of.services
    .aws('rotation', of.configuration)
    .reader({ accountId: shared, region });
  const { VersionIdsToStages = {} } = await secretsManager.send(
    new DescribeSecretCommand({ SecretId: of.secretArn }),
  );
  return Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes('AWSCURRENT'))?.[0] ?? '';
}

export const environmentId = ({ application }: RotationWorld, name = 'production'): string =>
  [...application.environments.values()].find((each) => each.name === name)?.id ?? '';

export const profileId = ({ application }: RotationWorld, name = 'database'): string =>
  [...application.profiles.values()].find((each) => each.name === name)?.id ?? '';

/** The versions that were deployed to an environment, in order. */
export const deployedTo = (of: RotationWorld, name = 'production'): readonly string[] =>
  of.application.environments.get(environmentId(of, name))?.deployments.map(({ version }) => version) ?? [];

/** What readers of an environment get, when all has settled. */
export const servedTo = (of: RotationWorld, name = 'production'): string | undefined =>
  of.application.environments
    .get(environmentId(of, name))
    ?.deployments.findLast(({ undone }) => undone === undefined)?.content.content;

/** What the outbox has for an environment, in the order of the requests. */
export async function deliveries(of: RotationWorld, name = 'production'): Promise<readonly Delivery[]> {
  const found = await of.store.outbox.of(
    of.secretArn,
    `${of.application.id}/${environmentId(of, name)}/${profileId(of)}/`,
  );
  return found.toSorted((a, b) => a.requestedAt.localeCompare(b.requestedAt));
}

export const startCount = ({ organisation }: World): number =>
  organisation.calls.filter(({ operation }) => operation === 'StartDeployment').length;
