import type { OneOrMany, Statement } from '../iam/document.ts';
import { getPartitionFacts } from '../platform/partitions.ts';
import type { GrantContext, ResourceRef } from './contract.ts';

/** The condition key for the AppConfig deployment that the call encrypts or decrypts. */
export const deploymentKey = 'kms:EncryptionContext:aws:appconfig:deployment:arn';

/**
 * The names of Secrets Manager in `kms:ViaService` (KMS developer guide, "AWS KMS condition keys"). It is not
 * documented whether names in China have a suffix of their own. So both names are listed for China, where only one of
 * them can occur.
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
 * Restricts the use of a key to AppConfig deployments in the caller's own account. The policy variable stands for the
 * caller's account id. So no account can use the key for another account's deployments. The region is that of the key,
 * because KMS uses a key in its own region only. There is no `kms:ViaService`, because KMS does not list AppConfig
 * among its services. Sources: AppConfig user guide, "Data encryption at rest for AWS AppConfig" (encryption context);
 * IAM user guide, "IAM policy elements: Variables and tags".
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
