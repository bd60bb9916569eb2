import { partition } from '@aws-sdk/core/client';
import { findNearestWord } from '../platform/nearest-name.ts';
import { getPartition } from '../platform/partitions.ts';
import { suggestWord } from './messages.ts';
import type { Configuration } from './schema.ts';

/** Why a region cannot be used in this configuration. `undefined` if it can. */
export function describeRegionMistake(
  region: string,
  { partition, additionalRegions }: Pick<Configuration, 'partition' | 'additionalRegions'>,
): string | undefined {
  const actual = getPartition(region);
  if (actual !== partition) return `must be a region of partition ${partition} (${region} is of ${actual})`;
  if (additionalRegions?.includes(region) || isKnownRegion(region)) return undefined;
  const hint = suggestWord(findNearestRegion(region)) || '.';
  return `must be a region of AWS (it is "${region}")${hint} If AWS has opened it recently, list it in additionalRegions`;
}

/** Whether the SDK's endpoint data have the region. */
export const isKnownRegion = (region: string): boolean => isDescribed(partition(region));

const isDescribed = (data: object): boolean => 'description' in data && data.description !== undefined;

/** The known region whose name is most similar. */
export const findNearestRegion = (region: string): string | undefined =>
  findNearestWord(region, likelyRegions().filter(isKnownRegion));

/** All names that a region might have. The SDK cannot list its regions, but it can say whether it knows a name. */
const likelyRegions = (): readonly string[] =>
  areas.flatMap((area) =>
    directions.flatMap((direction) => numbers.map((number) => `${area}-${direction}-${number}`)),
  );

const areas = ['us', 'eu', 'ap', 'sa', 'ca', 'me', 'af', 'il', 'mx', 'us-gov', 'cn'];
const sides = ['east', 'west'];
const directions = [
  'north',
  'south',
  'central',
  ...sides,
  ...sides.flatMap((side) => [`north${side}`, `south${side}`]),
];
const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9];
