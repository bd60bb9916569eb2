import { GetBucketEncryptionCommand } from '@aws-sdk/client-s3';
import type { KeyUse } from './access.ts';
import { createKeyReadPermission, keyReadActions, toViaService } from './content-keys.ts';
import type { GrantContext, GrantKind, Permission, ResourceRef, ResourceSearch } from './contract.ts';
import type { ContentKey } from './kind-actions.ts';
import { toWildcardRef } from './permissions.ts';

const describeActions = ['s3:GetEncryptionConfiguration'];

/** Actions to find and read the key that encrypts a bucket. */
export const bucketKeyActions = [...describeActions, ...keyReadActions];

export const listBucketKeyPermissions = (
  on: ResourceRef | ResourceSearch,
  context: GrantContext,
): readonly Permission[] => [
  { actions: describeActions, resources: [`arn:${context.partition}:s3:::${toWildcardRef(on).id}`] },
  createKeyReadPermission(on, context),
];

/**
 * Reads the default key of a bucket. An object is encrypted with it unless its upload named another key ("Setting
 * default server-side encryption behavior for Amazon S3 buckets", S3 user guide).
 */
export const readBucketKeys: NonNullable<GrantKind['readContentKeys']> = async ({ s3 }, ref) => {
  const request = new GetBucketEncryptionCommand({ Bucket: ref.id, ExpectedBucketOwner: ref.accountId });
  const { ServerSideEncryptionConfiguration: encryption } = await s3.send(request).catch(toNoEncryption);
  return (encryption?.Rules ?? []).flatMap(({ ApplyServerSideEncryptionByDefault: applied }) =>
    applied?.SSEAlgorithm?.startsWith('aws:kms') ? [toContentKey(applied.KMSMasterKeyID)] : [],
  );
};

/**
 * This error means that the bucket has no default encryption. S3 returned it for buckets from before it encrypted every
 * bucket ("Error responses", S3 API reference).
 */
function toNoEncryption(error: unknown): { readonly ServerSideEncryptionConfiguration?: undefined } {
  if (error instanceof Error && error.name === 'ServerSideEncryptionConfigurationNotFoundError') return {};
  throw error;
}

/**
 * If the bucket names its key by an alias, the key is unclear. S3 resolves the alias in the caller's account, which may
 * have another key with this alias ("ServerSideEncryptionByDefault", S3 API reference).
 */
function toContentKey(keyId = 'alias/aws/s3'): ContentKey {
  const isOwn = /(^|:)alias\//.test(keyId) && !/(^|:)alias\/aws\//.test(keyId);
  return isOwn
    ? {
        unclear: `the bucket names its key by ${keyId}, which S3 looks up in each caller's account. Name the key by its ARN`,
      }
    : { keyId };
}

/**
 * What a reader of an object must be allowed to do with the key ("Protecting data with server-side encryption with AWS
 * KMS keys", S3 user guide).
 */
export const toReadUse = (ref: ResourceRef, context: GrantContext): KeyUse => ({
  actions: ['kms:Decrypt'],
  context: toViaService('s3', ref, context),
  preset: 'decrypt',
});

/**
 * Services that encrypt the logs which they deliver with the bucket's key, each with the preset that allows this.
 * CloudTrail is not listed, because a trail names its own key.
 */
const deliveryPresets: Readonly<Record<string, string>> = {
  'config.amazonaws.com': 'config-encrypt',
  'delivery.logs.amazonaws.com': 'flow-logs-encrypt',
};

/**
 * What a service that delivers logs must be allowed to do with the key. Sources: "Permissions for the KMS Key for the
 * AWS Config Delivery Channel" (AWS Config developer guide); "Amazon S3 bucket server-side encryption" (CloudWatch Logs
 * user guide).
 */
export function toDeliveryUse(service: string): { readonly keyUse?: KeyUse } {
  const preset = deliveryPresets[service];
  return preset === undefined ? {} : { keyUse: { actions: ['kms:GenerateDataKey'], context: {}, preset } };
}
