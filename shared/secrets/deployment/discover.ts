import {
  type AppConfigClient,
  ListApplicationsCommand,
  ListConfigurationProfilesCommand,
  ListEnvironmentsCommand,
  ListHostedConfigurationVersionsCommand,
} from '@aws-sdk/client-appconfig';
import { ResourceMissingError } from '../../platform/aws/errors.ts';
import type { SecretArnParts } from '../../platform/aws/secret-arn.ts';
import type { DeploymentTarget } from '../../store/ports.ts';
import { isLocationOf } from './targets.ts';

interface SecretProfile {
  readonly application: string;
  readonly profile: string;
  readonly location: string;
}

/** The profiles that serve secrets, by account and region. They are listed once, even if many secrets are checked. */
export type KnownProfiles = Map<string, Promise<readonly SecretProfile[]>>;

/** The clients to search with, and the secret. */
interface Search {
  readonly client: AppConfigClient;
  readonly strategy: string;
  /** Profiles that were already listed. Default: none. */
  readonly known?: KnownProfiles | undefined;
}

/**
 * Finds the targets of a secret: the environments of every application with a profile that serves the secret, in the
 * secret's account and region. A profile of an application serves all its environments (AppConfig user guide, "Creating
 * environments").
 */
export async function findTargets(
  secret: SecretArnParts,
  { client, strategy, known = new Map() }: Search,
): Promise<readonly DeploymentTarget[]> {
  const accountRegion = `${secret.accountId}/${secret.region}`;
  const listed = known.get(accountRegion) ?? secretProfiles(client);
  known.set(accountRegion, listed);
  const profiles = (await listed).filter(({ location }) => isLocationOf(location, secret));
  const targets: DeploymentTarget[] = [];
  for (const application of new Set(profiles.map((each) => each.application))) {
    const environments = await unlessGone(environmentsOf(client, application));
    for (const { profile } of profiles.filter((each) => each.application === application))
      for (const environment of environments) targets.push({ application, environment, profile, strategy });
  }
  return targets;
}

async function secretProfiles(client: AppConfigClient): Promise<readonly SecretProfile[]> {
  const found: SecretProfile[] = [];
  for (const { Id: application = '' } of await listApplications(client)) {
    for (const { Id: profile, LocationUri: location = '' } of await unlessGone(
      listProfiles(client, application),
    ))
      if (profile !== undefined && location.startsWith('secretsmanager://'))
        found.push({ application, profile, location });
  }
  return found;
}

/** Returns an empty list if the application was deleted after it was listed. */
async function unlessGone<T>(listed: Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await listed;
  } catch (thrown) {
    if (thrown instanceof ResourceMissingError) return [];
    throw thrown;
  }
}

/** Ids of the environments of an application. */
async function environmentsOf(client: AppConfigClient, ApplicationId: string): Promise<readonly string[]> {
  const environments = await listEnvironments(client, ApplicationId);
  return environments.flatMap(({ Id }) => (Id === undefined ? [] : [Id]));
}

export const listApplications = (client: AppConfigClient) =>
  all((NextToken) => client.send(new ListApplicationsCommand({ NextToken })));

export const listProfiles = (client: AppConfigClient, ApplicationId: string) =>
  all((NextToken) => client.send(new ListConfigurationProfilesCommand({ ApplicationId, NextToken })));

export const listEnvironments = (client: AppConfigClient, ApplicationId: string) =>
  all((NextToken) => client.send(new ListEnvironmentsCommand({ ApplicationId, NextToken })));

export const listHostedVersions = (
  client: AppConfigClient,
  ApplicationId: string,
  ConfigurationProfileId: string,
) =>
  all((NextToken) =>
    client.send(
      new ListHostedConfigurationVersionsCommand({ ApplicationId, ConfigurationProfileId, NextToken }),
    ),
  );

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
