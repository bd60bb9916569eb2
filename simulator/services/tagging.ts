import type {
  GetResourcesCommandInput,
  GetResourcesCommandOutput,
  TagFilter,
} from '@aws-sdk/client-resource-groups-tagging-api';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { getPage } from '../paging.ts';
import { findDenial } from '../permissions.ts';
import type { Tags } from '../simulated-resources.ts';
import { toTagList } from '../tags.ts';
/** Resource Groups Tagging API: keys of KMS by their tags. Source: the API reference, "GetResources". */
export const tagging: ServiceOperations = {
  GetResources: defineOperation<GetResourcesCommandInput, GetResourcesCommandOutput>((call) => {
    const { PaginationToken, ResourcesPerPage = 100 } = call.input;
    const { items, next } = getPage(
      'resources',
      taggedKeys(call),
      PaginationToken || undefined,
      ResourcesPerPage,
    );
    return {
      ResourceTagMappingList: items.map(({ arn, tags }) => ({ ResourceARN: arn, Tags: toTagList(tags) })),
      // The last page has an empty token.
      PaginationToken: next ?? '',
    };
  }),
};

function taggedKeys({ world, caller, region, input }: ServiceCall<GetResourcesCommandInput>) {
  const { TagFilters = [], ResourceTypeFilters = [] } = input;
  if (ResourceTypeFilters.join() !== 'kms:key')
    throw createAwsError('NotSimulated', `Only keys are simulated, not ${ResourceTypeFilters.join()}`, 501);
  const denial = findDenial(world, caller, {
    action: 'tag:GetResources',
    resource: '*',
    resourceAccount: caller.accountId,
    region,
  });
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
  return [...world.keys.values()].filter(
    (key) =>
      key.accountId === caller.accountId &&
      key.region === region &&
      TagFilters.every((filter) => passes(key.tags, filter)),
  );
}

function passes(tags: Tags, { Key = '', Values = [] }: TagFilter): boolean {
  const value = tags[Key];
  return value !== undefined && (Values.length === 0 || Values.includes(value));
}
