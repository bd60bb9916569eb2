import type {
  DeleteBucketPolicyCommandInput,
  DeleteBucketPolicyCommandOutput,
  GetBucketEncryptionCommandInput,
  GetBucketEncryptionCommandOutput,
  GetBucketPolicyCommandInput,
  GetBucketPolicyCommandOutput,
  PutBucketPolicyCommandInput,
  PutBucketPolicyCommandOutput,
} from '@aws-sdk/client-s3';
import { parsePolicy, type Statement, toArray } from '../../shared/iam/document.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceOperations } from '../call.ts';
import {
  acceptDocument,
  countBytes,
  type DocumentRules,
  isPublic,
  namesPrincipal,
  stripSpace,
} from '../documents.ts';
import type { SimulatedBucket } from '../simulated-resources.ts';
import { bucketListing } from './listings.ts';
import { authorizeBucket, createS3Denied } from './s3-access.ts';
import { s3Objects } from './s3-objects.ts';
/** Amazon S3: bucket policies. Sources: S3 API reference, "Error responses"; user guide, "Bucket policies". */
export const s3: ServiceOperations = {
  ...s3Objects,
  ...bucketListing,

  /** Every bucket has a default encryption. */
  GetBucketEncryption: defineOperation<GetBucketEncryptionCommandInput, GetBucketEncryptionCommandOutput>(
    (call) => {
      const { kmsKeyId } = authorizeBucket(call, { action: 's3:GetEncryptionConfiguration' });
      const applied = kmsKeyId === undefined ? ({ SSEAlgorithm: 'AES256' } as const) : toKmsDefault(kmsKeyId);
      return {
        ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault: applied }] },
      };
    },
  ),

  GetBucketPolicy: defineOperation<GetBucketPolicyCommandInput, GetBucketPolicyCommandOutput>((call) => {
    const { policy } = authorizeBucket(call, { action: 's3:GetBucketPolicy' });
    if (policy === undefined)
      throw createAwsError('NoSuchBucketPolicy', 'The bucket policy does not exist', 404);
    return { Policy: policy };
  }),

  PutBucketPolicy: defineOperation<PutBucketPolicyCommandInput, PutBucketPolicyCommandOutput>((call) => {
    const bucket = authorizeBucket(call, { action: 's3:PutBucketPolicy' });
    const accepted = acceptDocument(call.world, call.input.Policy ?? '', bucketRules(bucket));
    if (bucket.blockPublicPolicy && parsePolicy(accepted, bucket.arn).Statement.some(isPublic))
      throw createS3Denied(
        `User: ${call.caller.sessionArn} is not authorized to perform: s3:PutBucketPolicy on resource: ` +
          `"${bucket.arn}" because public policies are blocked by the BlockPublicPolicy block public access setting.`,
      );
    bucket.policy = accepted;
    return {};
  }),

  DeleteBucketPolicy: defineOperation<DeleteBucketPolicyCommandInput, DeleteBucketPolicyCommandOutput>(
    (call) => {
      authorizeBucket(call, { action: 's3:DeleteBucketPolicy' }).policy = undefined;
      return {};
    },
  ),
};

/** The default encryption in a response. It does not name the key `aws/s3` ("ServerSideEncryptionByDefault"). */
const toKmsDefault = (kmsKeyId: string) => ({
  SSEAlgorithm: 'aws:kms' as const,
  ...(kmsKeyId === 'alias/aws/s3' ? {} : { KMSMasterKeyID: kmsKeyId }),
});

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
