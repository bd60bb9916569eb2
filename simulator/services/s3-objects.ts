import { Readable } from 'node:stream';
import type * as sdk from '@aws-sdk/client-s3';
import { sdkStreamMixin } from '@smithy/core/serde';
import type { ContextValues } from '../../shared/iam/request.ts';
import { absent } from '../../shared/iam/request.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { authorizeBucket, type BucketInput } from './s3-access.ts';
import { expectBucketKey } from './s3-keys.ts';

/** Amazon S3: objects as text. Source: S3 API reference. */
export const s3Objects: ServiceOperations = {
  GetBucketAcl: defineOperation<sdk.GetBucketAclCommandInput, sdk.GetBucketAclCommandOutput>((call) => {
    const { accountId } = authorizeBucket(call, { action: 's3:GetBucketAcl' });
    return { Owner: { ID: accountId }, Grants: [] };
  }),

  PutObject: defineOperation<sdk.PutObjectCommandInput, sdk.PutObjectCommandOutput>((call) => {
    const { Key = '', Body = '', ServerSideEncryption, SSEKMSKeyId } = call.input;
    const bucket = authorizeObject(call, 's3:PutObject', toUploadContext(call.input));
    if (typeof Body !== 'string')
      throw createAwsError('NotSimulated', 'The simulated organization keeps objects as text', 501);
    if (ServerSideEncryption !== undefined || SSEKMSKeyId !== undefined)
      throw createAwsError('NotSimulated', 'The encryption of objects is not simulated', 501);
    expectBucketKey(call, bucket, 'kms:GenerateDataKey');
    bucket.objects.set(Key, Body);
    return {};
  }),

  GetObject: defineOperation<sdk.GetObjectCommandInput, sdk.GetObjectCommandOutput>((call) => {
    const bucket = authorizeObject(call, 's3:GetObject', {});
    expectBucketKey(call, bucket, 'kms:Decrypt');
    const content = bucket.objects.get(call.input.Key ?? '');
    if (content === undefined) throw createAwsError('NoSuchKey', 'The specified key does not exist.', 404);
    return { Body: sdkStreamMixin(Readable.from([Buffer.from(content)])), ContentLength: content.length };
  }),

  ListObjectsV2: defineOperation<sdk.ListObjectsV2CommandInput, sdk.ListObjectsV2CommandOutput>((call) => {
    const { Prefix = '' } = call.input;
    const bucket = authorizeBucket(call, { action: 's3:ListBucket', context: { 's3:prefix': Prefix } });
    const keys = [...bucket.objects.keys()].filter((key) => key.startsWith(Prefix)).sort();
    return { Contents: keys.map((Key) => ({ Key })), KeyCount: keys.length, IsTruncated: false };
  }),
};

const authorizeObject = (
  call: ServiceCall<BucketInput & { readonly Key: string | undefined }>,
  action: string,
  context: ContextValues,
) => authorizeBucket(call, { action, key: call.input.Key ?? '', context });

/** Condition keys of an upload's headers ("Actions, resources, and condition keys for Amazon S3"). */
const toUploadContext = ({ ACL }: sdk.PutObjectCommandInput): ContextValues => ({
  's3:x-amz-acl': ACL ?? absent,
  's3:x-amz-server-side-encryption': absent,
  's3:x-amz-server-side-encryption-aws-kms-key-id': absent,
});
