import { GetBucketEncryptionCommand } from '@aws-sdk/client-s3';
import type { KeyUse } from './access.ts';
import { createKeyReadPermission, keyReadActions, toViaService } from './content-keys.ts';
import type { GrantContext, GrantKind, Permission, ResourceRef, ResourceSearch } from './contract.ts';
import type { ContentKey } from './kind-actions.ts';
import { toWildcardRef } from './permissions.ts';

const describeActions = ['s3:GetEncryptionConfiguration'];

/** What reading the keys of buckets takes. */
export const bucketKeyActions = [...describeActions, ...keyReadActions];

export const listBucketKeyPermissions = (
  on: ResourceRef | ResourceSearch,
  context: GrantContext,
): readonly Permission[] => [
  { actions: describeActions, resources: [`arn:${context.partition}:s3:::${toWildcardRef(on).id}`] },
  createKeyReadPermission(on, context),
];

/**
 * The key of the default encryption, which objects get unless an upload names another one ("Setting default server-side encryption
 * behavior for Amazon S3 buckets", S3 user guide).
 */
export const readBucketKeys: NonNullable<GrantKind['readContentKeys']> = async ({ s3 }, ref) => {
  const request = new GetBucketEncryptionCommand({ Bucket: ref.id, ExpectedBucketOwner: ref.accountId });
  const { ServerSideEncryptionConfiguration: found } = await s3.send(request).catch(toNoEncryption);
  return (found?.Rules ?? []).flatMap(({ ApplyServerSideEncryptionByDefault: applied }) =>
    applied?.SSEAlgorithm?.startsWith('aws:kms') ? [toContentKey(applied.KMSMasterKeyID)] : [],
  );
};

/** S3 answered so before it encrypted every bucket ("Error responses", S3 API reference). */
function toNoEncryption(error: unknown): { readonly ServerSideEncryptionConfiguration?: undefined } {
  if (error instanceof Error && error.name === 'ServerSideEncryptionConfigurationNotFoundError') return {};
  throw error;
}

/** S3 looks up an alias in the account of the caller ("ServerSideEncryptionByDefault", S3 API reference). */
function toContentKey(keyId = 'alias/aws/s3'): ContentKey {
  const isOwn = /(^|:)alias\//.test(keyId) && !/(^|:)alias\/aws\//.test(keyId);
  return isOwn
    ? {
        unclear: `the bucket names its key by ${keyId}, which S3 looks up in each caller's account. Name the key by its ARN`,
      }
    : { keyId };
}

/** Reading an object ("Protecting data with server-side encryption with AWS KMS keys", S3 user guide). */
export const toReadUse = (ref: ResourceRef, context: GrantContext): KeyUse => ({
  actions: ['kms:Decrypt'],
  context: toViaService('s3', ref, context),
  preset: 'decrypt',
});

/** The services that encrypt what they deliver with the key of the bucket, and the preset that lets them. CloudTrail names its key. */
const deliveryPresets: Readonly<Record<string, string>> = {
  'config.amazonaws.com': 'config-encrypt',
  'delivery.logs.amazonaws.com': 'flow-logs-encrypt',
};

/**
 * Sources: "Permissions for the KMS Key for the AWS Config Delivery Channel" (AWS Config developer guide); "Amazon S3 bucket server-side
 * encryption" (CloudWatch Logs user guide).
 */
export function toDeliveryUse(service: string): { readonly keyUse?: KeyUse } {
  const preset = deliveryPresets[service];
  return preset === undefined ? {} : { keyUse: { actions: ['kms:GenerateDataKey'], context: {}, preset } };
}
