import type { Statement } from '../iam/document.ts';
import type { GrantContext, ResourceRef } from './contract.ts';
import { getSecretsManagerService, restrictToOwnDeployments } from './key-conditions.ts';

/** The presets that let principals of an account use a key. */
export const keyUsePresets = [
  'launch-encrypted-ami',
  'decrypt',
  'decrypt-secrets',
  'read-configurations',
  'deploy-configurations',
] as const;

export type KeyUsePreset = (typeof keyUsePresets)[number];

export const isKeyUsePreset = (preset: string): preset is KeyUsePreset =>
  keyUsePresets.some((each) => each === preset);

/** The actions of one preset, as a statement without principals and resource. */
interface KeyUse {
  readonly part: string;
  readonly statement: Pick<Statement, 'Action' | 'Condition'>;
}

const decryptActions = ['kms:Decrypt', 'kms:DescribeKey'];

/**
 * What each preset lets principals do with a key. The policy of the key and the policies of the principals' roles must
 * both allow it.
 *
 * Launching an encrypted AMI: EC2 user guide, "Amazon EBS encryption" (permissions for IAM users). `kms:Encrypt` is not
 * listed, because launching does not need it. The grant for the service-linked role of an Auto Scaling group is not
 * listed either: another grant kind gives it (Auto Scaling user guide, "Required AWS KMS key policy for use with
 * encrypted volumes").
 *
 * Reading and deploying configurations of AppConfig (GetLatestConfiguration, StartDeployment): AppConfig user guide,
 * "Data encryption at rest".
 */
const keyUses: Readonly<
  Record<KeyUsePreset, (ref: ResourceRef, context: GrantContext) => readonly KeyUse[]>
> = {
  'launch-encrypted-ami': () => [
    {
      part: 'use',
      statement: { Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:ReEncrypt*', 'kms:GenerateDataKey*'] },
    },
    {
      part: 'attach',
      statement: {
        Action: 'kms:CreateGrant',
        Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      },
    },
  ],
  decrypt: () => [{ part: 'decrypt', statement: { Action: decryptActions } }],
  'decrypt-secrets': (ref, context) => [
    {
      part: 'decrypt',
      statement: {
        Action: decryptActions,
        Condition: { StringEquals: { 'kms:ViaService': getSecretsManagerService(ref, context) } },
      },
    },
  ],
  'read-configurations': (ref, context) => [
    { part: 'read', statement: { Action: 'kms:Decrypt', ...restrictToOwnDeployments(ref, context) } },
  ],
  'deploy-configurations': (ref, context) => [
    {
      part: 'deploy',
      statement: { Action: 'kms:GenerateDataKey*', ...restrictToOwnDeployments(ref, context) },
    },
  ],
};

export const listKeyUses = (
  preset: KeyUsePreset,
  ref: ResourceRef,
  context: GrantContext,
): readonly KeyUse[] => keyUses[preset](ref, context);
