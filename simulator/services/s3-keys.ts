import type { ServiceCall } from '../call.ts';
import type { SimulatedBucket } from '../simulated-resources.ts';
import { findKeyUseDenial } from './kms-keys.ts';
import { createS3Denied } from './s3-access.ts';

/**
 * S3 uses the key of the bucket with the permissions of the caller ("Protecting data with server-side encryption with
 * AWS KMS keys", S3 user guide). In the simulation, every object is encrypted with the key that the bucket has now.
 * CloudTrail names a key of its own, or none.
 * @throws ServiceException `AccessDenied`
 */
export function expectBucketKey(
  { world, caller }: ServiceCall<object>,
  { kmsKeyId, arn, accountId, region }: SimulatedBucket,
  action: 'kms:Decrypt' | 'kms:GenerateDataKey',
): void {
  if (kmsKeyId === undefined || caller.roleArn === 'cloudtrail.amazonaws.com') return;
  if (kmsKeyId === 'alias/aws/s3' && caller.type !== 'service' && caller.accountId === accountId) return;
  const context = {
    'kms:ViaService': `s3.${region}.amazonaws.com`,
    'kms:EncryptionContext:aws:s3:arn': arn,
  };
  const denial = findKeyUseDenial(world, caller, { keyArn: kmsKeyId, action, context });
  if (denial !== undefined) throw createS3Denied(denial);
}
