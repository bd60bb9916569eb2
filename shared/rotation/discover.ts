import {
  type AppConfigClient,
  ListApplicationsCommand,
  ListConfigurationProfilesCommand,
  ListEnvironmentsCommand,
} from '@aws-sdk/client-appconfig';
import type { DeploymentTarget } from '../store/ports.ts';
import type { SecretPlace } from './secret-arn.ts';
import { isLocationOf } from './targets.ts';

/**
 * The environments of every application that has a profile of the secret, in its own account and region. An
 * environment is served by all profiles of its application (AppConfig user guide, "Creating environments").
 */
export async function findTargets(
  client: AppConfigClient,
  secret: SecretPlace,
  strategy: string,
): Promise<readonly DeploymentTarget[]> {
  const applications = await all((NextToken) => client.send(new ListApplicationsCommand({ NextToken })));
  const found: DeploymentTarget[] = [];
  for (const { Id: application = '' } of applications) {
    const profiles = await profilesOf(client, application, secret);
    if (profiles.length === 0) continue;
    const environments = await environmentsOf(client, application);
    for (const profile of profiles)
      for (const environment of environments) found.push({ application, environment, profile, strategy });
  }
  return found;
}

async function profilesOf(
  client: AppConfigClient,
  ApplicationId: string,
  secret: SecretPlace,
): Promise<readonly string[]> {
  const profiles = await all((NextToken) =>
    client.send(new ListConfigurationProfilesCommand({ ApplicationId, NextToken })),
  );
  return profiles
    .filter(({ LocationUri }) => isLocationOf(LocationUri, secret))
    .flatMap(({ Id }) => (Id === undefined ? [] : [Id]));
}

/** Ids of the environments of an application. */
export async function environmentsOf(
  client: AppConfigClient,
  ApplicationId: string,
): Promise<readonly string[]> {
  const environments = await all((NextToken) =>
    client.send(new ListEnvironmentsCommand({ ApplicationId, NextToken })),
  );
  return environments.flatMap(({ Id }) => (Id === undefined ? [] : [Id]));
}

interface Listed<T> {
  readonly Items?: T[] | undefined;
  readonly NextToken?: string | undefined;
}

async function all<T>(list: (token: string | undefined) => Promise<Listed<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  let token: string | undefined;
  do {
    const page = await list(token);
    items.push(...(page.Items ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return items;
}
