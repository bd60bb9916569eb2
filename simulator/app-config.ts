import type { PolicyDocument } from '../shared/iam/document.ts';
import type { SimulatedApplication, SimulatedProfile, SimulatedStrategy } from './app-config-state.ts';
import { formatArnPrefix, type ResourceInput } from './makers.ts';
import { makeDigest, type SimulatedWorld } from './world.ts';

export interface ApplicationInput extends Pick<ResourceInput, 'accountId' | 'region'>, Named {
  readonly environments: readonly EnvironmentInput[];
  readonly profiles: readonly ProfileInput[];
}

interface Named {
  readonly name: string;
  /** Default: generated. */
  readonly id?: string;
}

interface EnvironmentInput extends Named {
  readonly monitors?: readonly string[];
}

export interface ProfileInput extends Named {
  /** Default: `hosted`. */
  readonly locationUri?: string;
  readonly retrievalRoleArn?: string;
  /** JSON Schemas of draft-04. */
  readonly validators?: readonly object[];
  readonly kmsKeyArn?: string;
}

/** The trust policy of a retrieval role, which AppConfig assumes. */
export const trustsAppConfig: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'appconfig.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
};

/** Creates an application without checks. @returns it, with its ids */
export function addApplication(world: SimulatedWorld, input: ApplicationInput): SimulatedApplication {
  const { accountId, region = world.settings.homeRegion, name } = input;
  const { id = newId(`${accountId}/${region}/${name}`) } = input;
  const application: SimulatedApplication = {
    id,
    name,
    accountId,
    region,
    arn: `${formatArnPrefix(world, 'appconfig', { accountId, region })}:application/${id}`,
    environments: byId(
      input.environments.map((environment) => ({
        id: environment.id ?? newId(`${id}/environment/${environment.name}`),
        name: environment.name,
        monitors: environment.monitors ?? [],
        deployments: [],
      })),
    ),
    profiles: byId(input.profiles.map((profile) => newProfile(id, profile))),
  };
  world.appConfig.applications.set(id, application);
  return application;
}

/** Creates a deployment strategy. @returns its id, which is generated if the input has none */
export function addStrategy(
  world: SimulatedWorld,
  strategy: Omit<SimulatedStrategy, 'id'> & { readonly id?: string },
): string {
  const { id = newId(`${strategy.accountId}/${strategy.region}/strategy/${strategy.name}`) } = strategy;
  world.appConfig.strategies.set(id, { ...strategy, id });
  return id;
}

const newProfile = (applicationId: string, input: ProfileInput): SimulatedProfile => ({
  id: input.id ?? newId(`${applicationId}/profile/${input.name}`),
  name: input.name,
  locationUri: input.locationUri ?? 'hosted',
  retrievalRoleArn: input.retrievalRoleArn,
  validators: (input.validators ?? []).map((schema) => JSON.stringify(schema)),
  kmsKeyArn: input.kmsKeyArn,
  versions: [],
});

/** Ids have four to seven characters of [a-z0-9] (AppConfig API reference). */
const newId = (text: string): string => makeDigest(text, 7).toLowerCase();

const byId = <T extends { readonly id: string }>(items: readonly T[]): Map<string, T> =>
  new Map(items.map((item) => [item.id, item]));
