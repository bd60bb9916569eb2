import type { OneOrMany, Statement } from '../iam/document.ts';
import { getPartitionFacts } from '../platform/partitions.ts';
import type { GrantContext, ResourceRef } from './contract.ts';

/** The condition key for the AppConfig deployment that the call encrypts or decrypts. */
export const deploymentKey = 'kms:EncryptionContext:aws:appconfig:deployment:arn';

/**
 * Secrets Manager as `kms:ViaService` names it (KMS developer guide, "AWS KMS condition keys"). Whether China adds
 * its own suffix is not documented, so both are named there; either means the same service.
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
 * A deployment of AppConfig in the caller's own account. The variable stands for the caller's account id, so that no
 * account uses the key for another account's deployments. KMS uses only keys of its own region, so the region is the
 * key's. No `kms:ViaService`: KMS does not document AppConfig among its services. Sources: AppConfig user guide, "Data
 * encryption at rest for AWS AppConfig" (encryption context); IAM user guide, "IAM policy elements: Variables and
 * tags".
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
