import type { Configuration } from '../shared/configuration/schema.ts';
import { type ConfiguredSearch, listSearches } from '../shared/configuration/searches.ts';
import type { ResourcePattern, ResourceType } from '../shared/grants/contract.ts';
import { getGrantKind } from '../shared/grants/kinds.ts';
import { findSecretKey, toHex, toKeyId } from './example-keys.ts';
import { addServiceLinkedRoles } from './example-organization.ts';
import type { SimulatedOrganization } from './organization.ts';

/**
 * Adds one resource for each pattern of a configuration, in each of its accounts and regions, so that each search finds
 * something.
 */
export function addExampleMatches(
  organization: SimulatedOrganization,
  configuration: Configuration,
  isWanted: (search: ConfiguredSearch) => boolean = () => true,
): void {
  for (const search of listSearches(configuration).filter(isWanted))
    addMatch(organization, configuration, search);
}

function addMatch(
  organization: SimulatedOrganization,
  configuration: Configuration,
  search: ConfiguredSearch,
): void {
  const { kind, accountId, region, pattern, key } = search;
  const location = { accountId, region, tags: tagsOf(pattern) };
  const makers: Partial<Readonly<Record<ResourceType, () => unknown>>> = {
    key: () => {
      organization.addKey({ ...location, id: toKeyId(tagText(search)) });
      addServiceLinkedRoles(organization);
    },
    image: () => organization.addImage({ ...location, id: `ami-${toHex(key, 17)}` }),
    repository: () => organization.addRepository({ ...location, name: nameOf(pattern) }),
    secret: () => {
      const id = `example/${toHex(key, 6)}`;
      const entries = configuration.grants.filter(({ name }) => search.grants.includes(name));
      const ref = { kind, accountId, region, id };
      const kmsKeyArn = findSecretKey(organization, configuration, { entries, ref });
      organization.addSecret({ ...location, name: id, kmsKeyArn });
    },
  };
  const make = makers[getGrantKind(kind).resourceType];
  if (make === undefined) throw new Error(`The example organization finds nothing for ${kind}`);
  make();
}

/** A text for the tags of a search. Two grant kinds that search for keys with the same tags get the same key. */
const tagText = ({ accountId, region, pattern }: ConfiguredSearch): string =>
  JSON.stringify([accountId, region, pattern]);

const nameOf = (pattern: ResourcePattern): string =>
  'name' in pattern ? pattern.name.replaceAll('*', 'example') : 'example';

const tagsOf = (pattern: ResourcePattern): Readonly<Record<string, string>> =>
  'tags' in pattern
    ? Object.fromEntries(Object.entries(pattern.tags).map(([tag, [value = '']]) => [tag, value]))
    : {};
