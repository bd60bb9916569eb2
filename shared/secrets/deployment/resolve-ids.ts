import type { AppConfigClient, HostedConfigurationVersionSummary } from '@aws-sdk/client-appconfig';
import { ResourceMissingError } from '../../platform/aws/errors.ts';
import { MalformedEventError } from '../../platform/errors.ts';
import { listApplications, listEnvironments, listHostedVersions, listProfiles } from './discover.ts';

/**
 * A configuration hosted by AppConfig, by ids or names. Without `environments`: all environments of the application.
 */
export interface NamedHosted {
  readonly application: string;
  readonly profile: string;
  readonly environments?: readonly string[];
}

/**
 * Replaces names by ids, because other AppConfig operations accept only ids. If one resource has this text as its id
 * and another as its name, the id wins.
 * @throws ResourceMissingError if no resource has the id or name, or if several have the name
 * @throws MalformedEventError if AppConfig does not host the content of the profile, for example because it is a secret
 */
export async function resolveHostedIds(
  client: AppConfigClient,
  { application, profile, environments }: NamedHosted,
): Promise<Required<NamedHosted>> {
  const id = idAmong(await listApplications(client), application, 'application');
  const here = await listEnvironments(client, id);
  return {
    application: id,
    profile: await hostedProfile(client, id, profile),
    environments:
      environments === undefined
        ? here.flatMap(({ Id }) => Id ?? [])
        : [...new Set(environments.map((each) => idAmong(here, each, `environment of application ${id}`)))],
  };
}

async function hostedProfile(client: AppConfigClient, application: string, wanted: string): Promise<string> {
  const profiles = await listProfiles(client, application);
  const id = idAmong(profiles, wanted, `configuration profile of application ${application}`);
  const { LocationUri = hosted } = profiles.find(({ Id }) => Id === id) ?? {};
  if (LocationUri === hosted) return id;
  throw new MalformedEventError('The input', [
    {
      path: 'profile',
      message: `must be a profile whose content AppConfig hosts; the content of ${wanted} is ${LocationUri}. A secret is deployed by {"secretId": "…"}`,
    },
  ]);
}

/**
 * The `LocationUri` of a profile whose content AppConfig hosts (AppConfig API reference, "CreateConfigurationProfile").
 */
const hosted = 'hosted';

export interface HostedVersion {
  /** The number of the version. */
  readonly version: string;
  /** The customer managed key that encrypts the version's content. Absent if there is none. */
  readonly kmsKey?: string;
}

/**
 * Finds the version with this number, or else with this label. StartDeployment uses the same order.
 * @throws ResourceMissingError if there is none
 */
export async function resolveHostedVersion(
  client: AppConfigClient,
  { application, profile }: Pick<NamedHosted, 'application' | 'profile'>,
  wanted: string,
): Promise<HostedVersion> {
  const versions = await listHostedVersions(client, application, profile);
  const matchingVersion =
    versions.find(({ VersionNumber }) => String(VersionNumber) === wanted) ??
    versions.find(({ VersionLabel }) => VersionLabel === wanted);
  if (matchingVersion === undefined)
    throw new ResourceMissingError(
      `There is no version ${wanted} of configuration profile ${profile}. There are: ${newest(versions)}`,
      { wanted },
    );
  const { VersionNumber, KmsKeyArn } = matchingVersion;
  return { version: String(VersionNumber), ...(KmsKeyArn === undefined ? {} : { kmsKey: KmsKeyArn }) };
}

const maxNamed = 20;

function newest(versions: readonly HostedConfigurationVersionSummary[]): string {
  const named = versions
    .toSorted((a, b) => (b.VersionNumber ?? 0) - (a.VersionNumber ?? 0))
    .map(({ VersionNumber, VersionLabel }) =>
      VersionLabel === undefined ? String(VersionNumber) : `${VersionNumber} (${VersionLabel})`,
    );
  const more = named.length > maxNamed ? [`${named.length - maxNamed} older`] : [];
  return [...named.slice(0, maxNamed), ...more].join(', ') || 'none';
}

interface Item {
  readonly Id?: string | undefined;
  readonly Name?: string | undefined;
}

function idAmong(items: readonly Item[], wanted: string, what: string): string {
  if (items.some(({ Id }) => Id === wanted)) return wanted;
  const [first, ...others] = items.filter(({ Name }) => Name === wanted);
  if (first?.Id !== undefined && others.length === 0) return first.Id;
  const why = first === undefined ? `There is no ${what}` : `More than one ${what}`;
  const listing = items.map(({ Id, Name }) => `${Name} (${Id})`).join(', ');
  const advice =
    listing === '' ? 'There is none: create it first' : `There are: ${listing}. Use the id of one of them`;
  throw new ResourceMissingError(`${why} with the id or name ${wanted}. ${advice}`, { wanted });
}
