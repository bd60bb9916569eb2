import { DescribeKeyCommand, type KMSClient } from '@aws-sdk/client-kms';
import { GetResourcesCommand } from '@aws-sdk/client-resource-groups-tagging-api';
import type * as z from 'zod';
import { AccessDeniedError, ResourceMissingError } from '../platform/aws/errors.ts';
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
import { type GrantEntry, regionsSchema } from './grant-schema.ts';

const multiRegion = 'mrk-';

/** Fields that select the keys of an entry. `checkKeyEntry` checks them. */
export const keyFields = {
  regions: regionsSchema,
  /** A key id. An alias is not possible, because GetKeyPolicy and PutKeyPolicy accept none (KMS API reference). */
  key: textSchema(
    /^(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    'a key id, not an alias or an ARN',
  ).optional(),
  tags: tagPatternSchema.optional(),
};

interface KeyEntry {
  readonly key?: string | undefined;
  readonly tags?: TagPattern | undefined;
  readonly regions?: readonly string[] | undefined;
}

/**
 * Checks that an entry names one key or selects keys by tags. It may have several regions only for a multi-Region key,
 * which has the same id in all of them (KMS developer guide).
 */
export function checkKeyEntry(payload: z.core.ParsePayload<KeyEntry>): void {
  requireNameOrTags('key')(payload);
  const { key } = payload.value;
  if (key !== undefined && !key.startsWith(multiRegion))
    requireOneRegion(
      payload,
      `must be one region, since the key ${key} is in one only: a multi-Region key has an id that begins with mrk-. ` +
        'Use a grant for each region, or tags',
    );
}

export const listKeyIds = ({ key }: KeyEntry): readonly string[] => (key === undefined ? [] : [key]);

/** How many keys a page has. All keys of a page are described at the same time. GetResources allows 1 to 100. */
const pageSize = 50;

/**
 * Searches keys with the tagging service, because KMS lists keys without their tags. The tagging service may also
 * return deleted keys, and AWS managed keys, which cannot have grants: both are skipped. The replica of a multi-Region
 * key in another region has its own policy and grants (KMS developer guide, "Multi-Region keys in AWS KMS", shared and
 * independent properties).
 */
export const createKeyDiscovery = <Entry extends GrantEntry & KeyEntry>(): Discovery<Entry> => ({
  listSearches: (entry, context) => createSearches(entry, context, toTagPatterns(entry.tags)),
  actions: ['tag:GetResources', 'kms:DescribeKey'],
  resources: { 'kms:DescribeKey': 'key/*' },
  // The replication of a key also appears as CreateKey, because CloudTrail logs it under this name (KMS developer
  // guide, CloudTrail entries, "ReplicateKey").
  events: [
    {
      source: 'aws.kms',
      names: ['CancelKeyDeletion', 'CreateKey', 'ReplicateKey', 'TagResource', 'UntagResource'],
    },
  ],
  find: ({ kms, tagging }, search, limit) =>
    listAllPages(search, limit, async (PaginationToken) => {
      const page = await tagging.send(
        new GetResourcesCommand({
          ResourceTypeFilters: ['kms:key'],
          TagFilters: Object.entries(getPatternTags(search.pattern)).map(([Key, Values]) => ({
            Key,
            Values: [...Values],
          })),
          ResourcesPerPage: pageSize,
          PaginationToken,
        }),
      );
      const tagged = (page.ResourceTagMappingList ?? []).filter(({ Tags }) => hasTags(Tags, search.pattern));
      const ids = tagged.map(({ ResourceARN = '' }) => ResourceARN.slice(ResourceARN.indexOf('/') + 1));
      const usable = await Promise.all(ids.map((id) => isUsable(kms, id)));
      return { ids: ids.filter((_, index) => usable[index]), next: page.PaginationToken };
    }),
});

/**
 * If DescribeKey is denied, the key counts as usable. Then the step that reads its policy reports the denied action, so
 * that the operator sees it.
 */
async function isUsable(kms: KMSClient, KeyId: string): Promise<boolean> {
  try {
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    const { KeyManager, KeyState = '' } = KeyMetadata ?? {};
    return KeyManager === 'CUSTOMER' && !KeyState.startsWith('Pending');
  } catch (error) {
    if (error instanceof ResourceMissingError) return false;
    if (error instanceof AccessDeniedError) return true;
    throw error;
  }
}
