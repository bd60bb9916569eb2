import type {
  DeleteBucketPolicyCommandInput,
  DeleteBucketPolicyCommandOutput,
  GetBucketPolicyCommandInput,
  GetBucketPolicyCommandOutput,
  PutBucketPolicyCommandInput,
  PutBucketPolicyCommandOutput,
} from '@aws-sdk/client-s3';
import { parsePolicy, type Statement, toArray } from '../../shared/iam/document.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import {
  acceptDocument,
  countBytes,
  type DocumentRules,
  isPublic,
  namesPrincipal,
  stripSpace,
} from '../documents.ts';
import { findDenial } from '../permissions.ts';
import type { SimulatedBucket } from '../simulated-resources.ts';
/** Amazon S3: bucket policies. Sources: S3 API reference, "Error responses"; user guide, "Bucket policies". */
export const s3: ServiceOperations = {
  GetBucketPolicy: defineOperation<GetBucketPolicyCommandInput, GetBucketPolicyCommandOutput>((call) => {
    const { policy } = authorizedBucket(call, 's3:GetBucketPolicy');
    if (policy === undefined)
      throw createAwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
    return { Policy: policy };
  }),

  PutBucketPolicy: defineOperation<PutBucketPolicyCommandInput, PutBucketPolicyCommandOutput>((call) => {
    const bucket = authorizedBucket(call, 's3:PutBucketPolicy');
    const accepted = acceptDocument(call.world, call.input.Policy ?? '', bucketRules(bucket));
    if (bucket.blockPublicPolicy && parsePolicy(accepted, bucket.arn).Statement.some(isPublic))
      throw accessDenied(
        `User: ${call.caller.sessionArn} is not authorized to perform: s3:PutBucketPolicy on resource: ` +
          `"${bucket.arn}" because public policies are blocked by the BlockPublicPolicy block public access setting.`,
      );
    bucket.policy = accepted;
    return {};
  }),

  DeleteBucketPolicy: defineOperation<DeleteBucketPolicyCommandInput, DeleteBucketPolicyCommandOutput>(
    (call) => {
      authorizedBucket(call, 's3:DeleteBucketPolicy').policy = undefined;
      return {};
    },
  ),
};

interface BucketInput {
  readonly Bucket: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

const accessDenied = (message: string) => createAwsError('AccessDenied', message, 403);

function authorizedBucket({ world, caller, region, input }: ServiceCall<BucketInput>, action: string) {
  const bucket = world.buckets.get(input.Bucket ?? '');
  if (bucket === undefined) throw createAwsError('NoSuchBucket', 'The specified bucket does not exist', 404);
  if (bucket.region !== region)
    throw createAwsError(
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
      301,
    );
  if (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== bucket.accountId)
    throw accessDenied('Access Denied');
  const denial = findDenial(world, caller, {
    action,
    resource: bucket.arn,
    resourceAccount: bucket.accountId,
    region,
    resourcePolicy: { kind: 'bucket', text: bucket.policy },
  });
  if (denial !== undefined) throw accessDenied(denial);
  return bucket;
}

const malformed = (message: string) => createAwsError('MalformedPolicy', message);

const bucketRules = (bucket: SimulatedBucket): DocumentRules => ({
  size: (text) => countBytes(stripSpace(text)),
  limit: 20_480,
  tooLarge: () => malformed('Policy exceeds the maximum allowed document size.'),
  malformed,
  invalidPrincipal: () => malformed('Invalid principal in policy'),
  wrongWith: (statement) => wrongWith(statement, bucket),
});

function wrongWith(statement: Statement, { arn }: SimulatedBucket): string | undefined {
  const resources = toArray(statement.Resource ?? statement.NotResource ?? []);
  if (!namesPrincipal(statement)) return 'Missing required field Principal';
  if (resources.length === 0) return 'Missing required field Resource';
  if (!resources.every((resource) => resource === arn || resource.startsWith(`${arn}/`)))
    return 'Policy has invalid resource';
  const actions = toArray(statement.Action ?? statement.NotAction ?? []);
  return actions.every((action) => /^(s3:|\*$)/i.test(action)) ? undefined : 'Policy has invalid action';
}
