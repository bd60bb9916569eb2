import type { ListGroupsCommandInput, ListGroupsCommandOutput } from '@aws-sdk/client-iam';
import type { ListAliasesCommandInput, ListAliasesCommandOutput } from '@aws-sdk/client-kms';
import type { ListBucketsCommandInput, ListBucketsCommandOutput } from '@aws-sdk/client-s3';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { getPage } from '../paging.ts';
import { findDenial } from '../permissions.ts';
import { makeDigest } from '../world.ts';
import { authorize, getIamPage } from './iam-entities.ts';
import { createS3Denied } from './s3-access.ts';

/** The groups of the caller's account. Source: IAM API reference, "ListGroups". */
export const groupListing: ServiceOperations = {
  ListGroups: defineOperation<ListGroupsCommandInput, ListGroupsCommandOutput>((call) => {
    const { world, caller, input } = call;
    authorize(call, 'iam:ListGroups', `arn:${world.settings.partition}:iam::${caller.accountId}:group/`);
    const groups = [...world.groups.values()].filter(({ accountId }) => accountId === caller.accountId);
    const { items, marker } = getIamPage(groups, input);
    return {
      Groups: items.map(({ arn, name, path }) => ({
        Arn: arn,
        GroupId: `AGPA${makeDigest(arn, 16)}`,
        GroupName: name,
        Path: path,
        CreateDate: new Date(0),
      })),
      ...marker,
    };
  }),
};

/** The aliases of the caller's account and region. Source: KMS API reference, "ListAliases". */
export const aliasListing: ServiceOperations = {
  ListAliases: defineOperation<ListAliasesCommandInput, ListAliasesCommandOutput>((call) => {
    const { world, caller, region, input } = call;
    const denial = findListDenial(call, 'kms:ListAliases');
    if (denial !== undefined) throw createAwsError('AccessDeniedException', denial);
    const keys = [...world.keys.values()].filter(
      (key) => key.accountId === caller.accountId && key.region === region && key.alias !== undefined,
    );
    const { items, next } = getPage('aliases', keys, input.Marker, input.Limit);
    return {
      Aliases: items.map(({ alias, arn }) => ({
        AliasName: alias,
        TargetKeyId: arn.slice(arn.indexOf('/') + 1),
      })),
      Truncated: next !== undefined,
      ...(next === undefined ? {} : { NextMarker: next }),
    };
  }),
};

/** The buckets of the caller's account. Source: S3 API reference, "ListBuckets" (`bucket-region`, `prefix`). */
export const bucketListing: ServiceOperations = {
  ListBuckets: defineOperation<ListBucketsCommandInput, ListBucketsCommandOutput>((call) => {
    const { world, caller, input } = call;
    const { Prefix = '', BucketRegion, ContinuationToken, MaxBuckets } = input;
    const denial = findListDenial(call, 's3:ListAllMyBuckets');
    if (denial !== undefined) throw createS3Denied(denial);
    const buckets = [...world.buckets].filter(
      ([name, { accountId, region }]) =>
        accountId === caller.accountId &&
        name.startsWith(Prefix) &&
        (BucketRegion === undefined || region === BucketRegion),
    );
    const { items, next } = getPage('buckets', buckets.toSorted(byName), ContinuationToken, MaxBuckets);
    return {
      Buckets: items.map(([Name, { region }]) => ({ Name, BucketRegion: region })),
      ...(next === undefined ? {} : { ContinuationToken: next }),
    };
  }),
};

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  Number(a > b) - Number(a < b);

const findListDenial = ({ world, caller, region }: ServiceCall<object>, action: string) =>
  findDenial(world, caller, { action, resource: '*', resourceAccount: caller.accountId, region });
