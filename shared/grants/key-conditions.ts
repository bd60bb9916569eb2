import type { OneOrMany, Statement } from '../iam/document.ts';
import { getPartitionFacts } from '../platform/partitions.ts';
import type { GrantContext, ResourceRef } from './contract.ts';

/** The condition key for the ARN of the AppConfig deployment whose data is encrypted or decrypted. */
export const deploymentKey = 'kms:EncryptionContext:aws:appconfig:deployment:arn';

/**
 * The names of Secrets Manager as values of `kms:ViaService` (KMS developer guide, "AWS KMS condition keys"). AWS does
 * not document whether names in China have another suffix. So both names are listed for China. Only one of them can
 * occur there.
 */
export function getSecretsManagerService(
  { region }: Pick<ResourceRef, 'region'>,
  { partition }: Pick<GrantContext, 'partition'>,
): OneOrMany<string> {
  const { dnsSuffix } = getPartitionFacts(partition);
  const service = `secretsmanager.${region}.amazonaws.com`;
  return dnsSuffix === 'amazonaws.com' ? service : [service, `secretsmanager.${region}.${dnsSuffix}`];
}

/**
 * Limits the use of a key to AppConfig deployments in the caller's own account, so that no account can use the key for
 * another account's deployments. A policy variable stands for the caller's account id. The region is the key's, because
 * KMS uses a key in its own region only. There is no `kms:ViaService`, because KMS does not list AppConfig among its
 * services. Sources: AppConfig user guide, "Data encryption at rest for AWS AppConfig" (encryption context); IAM user
 * guide, "IAM policy elements: Variables and tags".
 */
export const restrictToOwnDeployments = (
  { region }: ResourceRef,
  { partition }: GrantContext,
): Pick<Statement, 'Condition'> => ({
  Condition: {
    StringLike: {
      [deploymentKey]: `arn:${partition}:appconfig:${region}:\${aws:PrincipalAccount}:application/*`,
    },
  },
});
