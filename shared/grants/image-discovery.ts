import { DescribeImagesCommand } from '@aws-sdk/client-ec2';
import type * as z from 'zod';
import { textSchema } from '../platform/schema-fields.ts';
import type { Discovery } from './contract.ts';
import {
  createSearches,
  getPatternTags,
  hasTags,
  listAllPages,
  requireNameOrTags,
  requireOneRegion,
  type TagPattern,
  tagPatternSchema,
  toTagPatterns,
} from './discovery.ts';
import { type GrantEntry, regionsSchema, uniqueListSchema } from './grant-schema.ts';

/** Fields that select the images of an entry. `checkImageEntry` checks them. */
export const imageFields = {
  regions: regionsSchema,
  images: uniqueListSchema(
    textSchema(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'the id of an image, such as ami-0123456789abcdef0'),
    'must name at least one image',
  ).optional(),
  tags: tagPatternSchema.optional(),
};

interface ImageEntry {
  readonly images?: readonly string[] | undefined;
  readonly tags?: TagPattern | undefined;
  readonly regions?: readonly string[] | undefined;
}

/** Checks that an entry either names images in one region or selects images by tags. */
export function checkImageEntry(payload: z.core.ParsePayload<ImageEntry>): void {
  requireNameOrTags('images')(payload);
  if (payload.value.images !== undefined)
    requireOneRegion(
      payload,
      'must be one region, since an image has an id of its own in each: use a grant for each region, or tags',
    );
}

/**
 * Escapes `*` and `?`, because they are wildcards in the value of a filter (EC2 user guide, "List and filter your
 * resources").
 */
const literally = (value: string): string => value.replace(/[\\*?]/g, '\\$&');

/** Searches among the images that the account owns. An image that is still pending is found once it is available. */
export const imageDiscovery: Discovery<GrantEntry & ImageEntry> = {
  listSearches: (entry, context) => createSearches(entry, context, toTagPatterns(entry.tags)),
  actions: ['ec2:DescribeImages'],
  events: [
    {
      source: 'aws.ec2',
      names: ['CopyImage', 'CreateImage', 'CreateTags', 'DeleteTags', 'EnableImage', 'RegisterImage'],
    },
  ],
  find: ({ ec2 }, search, limit) =>
    listAllPages(search, limit, async (NextToken) => {
      const tags = Object.entries(getPatternTags(search.pattern));
      const page = await ec2.send(
        new DescribeImagesCommand({
          Owners: ['self'],
          Filters: [
            { Name: 'state', Values: ['available'] },
            ...tags.map(([key, values]) => ({ Name: `tag:${key}`, Values: values.map(literally) })),
          ],
          MaxResults: 1_000,
          NextToken,
        }),
      );
      const images = (page.Images ?? []).filter(({ Tags }) => hasTags(Tags, search.pattern));
      return { ids: images.flatMap(({ ImageId }) => ImageId ?? []), next: page.NextToken };
    }),
};
