import type { AppConfigClient } from '@aws-sdk/client-appconfig';
import { ResourceMissingError } from '../errors.ts';
import { listApplications, listEnvironments, listProfiles } from './discover.ts';

/** Ids or names; without environments all of the application are meant. */
export interface NamedHosted {
  readonly application: string;
  readonly profile: string;
  readonly environments?: readonly string[];
}

/**
 * The same by ids, as AppConfig's other operations take them. An id wins over a name that reads like it.
 * @throws ResourceMissingError for what has neither this id nor this name, or shares the name with others
 */
export async function hostedIds(
  client: AppConfigClient,
  { application, profile, environments }: NamedHosted,
): Promise<Required<NamedHosted>> {
  const id = idAmong(await listApplications(client), application, 'application');
  const here = await listEnvironments(client, id);
  return {
    application: id,
    profile: idAmong(await listProfiles(client, id), profile, `configuration profile of application ${id}`),
    environments:
      environments === undefined
        ? here.flatMap(({ Id }) => Id ?? [])
        : [...new Set(environments.map((each) => idAmong(here, each, `environment of application ${id}`)))],
  };
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
  const known = items.map(({ Id, Name }) => `${Name} (${Id})`).join(', ') || 'none';
  throw new ResourceMissingError(
    `${why} with the id or name ${wanted}. There are: ${known}. Give the id of one of them`,
    { wanted },
  );
}
