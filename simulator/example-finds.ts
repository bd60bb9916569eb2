import type { Configuration } from '../shared/configuration/schema.ts';
import type { ResourcePattern } from '../shared/grants/contract.ts';
import { type ConfiguredSearch, searchesOf } from '../shared/plan/searches.ts';
import { addServiceLinkedRoles } from './example-organisation.ts';
import type { SimulatedOrganisation } from './organisation.ts';
import { digest } from './world.ts';

/** One resource for each pattern of a configuration, in each of its places, so that there is something to find. */
export function addExampleFinds(
  organisation: SimulatedOrganisation,
  configuration: Configuration,
  isWanted: (search: ConfiguredSearch) => boolean = () => true,
): void {
  for (const search of searchesOf(configuration).filter(isWanted)) addFind(organisation, search);
}

function addFind(organisation: SimulatedOrganisation, search: ConfiguredSearch): void {
  const { kind, accountId, region, pattern, key } = search;
  const place = { accountId, region, tags: tagsOf(pattern) };
  const makers: Readonly<Record<string, () => unknown>> = {
    'kms-key-policy': () => organisation.addKey({ ...place, id: keyId(tagText(search)) }),
    'kms-grant': () => {
      organisation.addKey({ ...place, id: keyId(tagText(search)) });
      addServiceLinkedRoles(organisation);
    },
    'ami-launch-permission': () => organisation.addImage({ ...place, id: `ami-${hex(key, 17)}` }),
    'ecr-repository-policy': () => organisation.addRepository({ ...place, name: nameOf(pattern) }),
    'secret-resource-policy': () => organisation.addSecret({ ...place, name: `example/${hex(key, 6)}` }),
  };
  const make = makers[kind];
  if (make === undefined) throw new Error(`The example organisation finds nothing for ${kind}`);
  make();
}

/** Two kinds that tell keys by the same tags find the same key. */
const tagText = ({ accountId, region, pattern }: ConfiguredSearch): string =>
  JSON.stringify([accountId, region, pattern]);

const nameOf = (pattern: ResourcePattern): string =>
  'name' in pattern ? pattern.name.replaceAll('*', 'example') : 'example';

const tagsOf = (pattern: ResourcePattern): Readonly<Record<string, string>> =>
  'tags' in pattern
    ? Object.fromEntries(Object.entries(pattern.tags).map(([tag, [value = '']]) => [tag, value]))
    : {};

const hex = (text: string, length: number): string =>
  Buffer.from(digest(text, length)).toString('hex').slice(0, length);

const keyId = (text: string): string =>
  hex(text, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
