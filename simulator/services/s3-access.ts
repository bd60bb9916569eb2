import { parsePolicy } from '../../shared/iam/document.ts';
import type { ContextValues } from '../../shared/iam/request.ts';
import { createAwsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import { isPublic } from '../documents.ts';
import { findDenial } from '../permissions.ts';
import type { SimulatedBucket } from '../simulated-resources.ts';

export interface BucketInput {
  readonly Bucket: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

interface Asked {
  readonly action: string;
  /** Key of an object. Absent if the request is for the bucket itself. */
  readonly key?: string;
  readonly context?: ContextValues;
}

export const createS3Denied = (message: string) => createAwsError('AccessDenied', message, 403);

/**
 * The bucket of a call, if the caller may do the action.
 * @throws ServiceException `NoSuchBucket`, `PermanentRedirect`, `AccessDenied`
 */
export function authorizeBucket(
  call: ServiceCall<BucketInput>,
  { action, key, context = {} }: Asked,
): SimulatedBucket {
  const { world, caller, region } = call;
  const bucket = findBucket(call);
  const denial = findDenial(world, caller, {
    action,
    resource: key === undefined ? bucket.arn : `${bucket.arn}/${key}`,
    resourceAccount: bucket.accountId,
    region,
    resourcePolicy: { kind: 'bucket', text: bucket.policy },
    context,
  });
  if (denial !== undefined) throw createS3Denied(denial);
  if (isRestricted(call, bucket)) throw createS3Denied('Access Denied');
  return bucket;
}

/**
 * Whether RestrictPublicBuckets blocks a caller: a bucket with a public policy then serves only AWS services and its
 * own account.
 */
const isRestricted = ({ caller }: ServiceCall<BucketInput>, bucket: SimulatedBucket): boolean =>
  bucket.restrictPublicBuckets &&
  bucket.policy !== undefined &&
  caller.type !== 'service' &&
  caller.accountId !== bucket.accountId &&
  parsePolicy(bucket.policy, bucket.arn).Statement.some(isPublic);

function findBucket({ world, region, input }: ServiceCall<BucketInput>): SimulatedBucket {
  const bucket = world.buckets.get(input.Bucket ?? '');
  if (bucket === undefined) throw createAwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  if (bucket.region !== region)
    throw createAwsError(
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
      301,
    );
  if (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== bucket.accountId)
    throw createS3Denied('Access Denied');
  return bucket;
}
