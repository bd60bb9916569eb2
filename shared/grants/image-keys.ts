import { DescribeImagesCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import type { KeyUse } from './access.ts';
import { createKeyReadPermission, keyReadActions, toViaService } from './content-keys.ts';
import type { GrantContext, GrantKind, Permission, ResourceRef, ResourceSearch } from './contract.ts';

const describeActions = ['ec2:DescribeImages', 'ec2:DescribeSnapshots'];

/** Actions to find and read the keys that encrypt images. */
export const imageKeyActions = [...describeActions, ...keyReadActions];

/**
 * Reads the keys from the snapshots of an image, because the image itself does not name them ("EbsBlockDevice", EC2 API
 * reference).
 */
export const readImageKeys: NonNullable<GrantKind['readContentKeys']> = async ({ ec2 }, { id }) => {
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [id] }));
  const SnapshotIds = Images.flatMap(({ BlockDeviceMappings = [] }) => BlockDeviceMappings).flatMap(
    ({ Ebs }) => (Ebs?.Encrypted === true && Ebs.SnapshotId !== undefined ? [Ebs.SnapshotId] : []),
  );
  if (SnapshotIds.length === 0) return [];
  const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds }));
  const keys = new Set(Snapshots.flatMap(({ KmsKeyId }) => KmsKeyId ?? []));
  return [...keys].map((keyId) => ({ keyId }));
};

/**
 * With the resource `*`, because these actions have no resources ("Actions, resources, and condition keys for Amazon
 * EC2").
 */
export const listImageKeyPermissions = (
  on: ResourceRef | ResourceSearch,
  context: GrantContext,
): readonly Permission[] => [
  {
    actions: describeActions,
    resources: ['*'],
    condition: { StringEquals: { 'aws:RequestedRegion': on.region } },
  },
  createKeyReadPermission(on, context),
];

/**
 * What an account that launches an image must be allowed to do with its keys ("Share the KMS key used to encrypt a
 * shared Amazon EBS snapshot", EBS user guide).
 */
export const toLaunchUse = (ref: ResourceRef, context: GrantContext): KeyUse => ({
  actions: [
    'kms:DescribeKey',
    'kms:Decrypt',
    'kms:ReEncryptFrom',
    'kms:GenerateDataKeyWithoutPlaintext',
    'kms:CreateGrant',
  ],
  context: { ...toViaService('ec2', ref, context), 'kms:GrantIsForAWSResource': 'true' },
  preset: 'launch-encrypted-ami',
});
