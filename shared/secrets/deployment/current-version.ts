import { DescribeSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { parseSecretArn, type SecretArnParts } from '../../platform/aws/secret-arn.ts';
import { SecretNotDeployableError } from './errors.ts';

/**
 * A secret without its value: which version is current, with which key it is encrypted, and of which secret it is a
 * replica.
 */
export interface CurrentSecret extends SecretArnParts {
  /** The id of the version with the label AWSCURRENT. */
  readonly version: string;
  /**
   * ARN or id of the customer managed key that encrypts the secret. Absent if AWS's key `aws/secretsmanager` encrypts
   * it.
   */
  readonly kmsKey?: string;
  /** The region of the primary secret. Only for a replica. */
  readonly primaryRegion?: string;
}

/**
 * Reads which version of a secret is current.
 * @throws SecretNotDeployableError if its ARN cannot be parsed, if it is scheduled for deletion, or if no version has
 * the label AWSCURRENT
 * @throws ResourceMissingError, AccessDeniedError and the retryable errors of `shared/platform/aws`
 */
export async function readCurrentSecret(
  client: SecretsManagerClient,
  SecretId: string,
): Promise<CurrentSecret> {
  const {
    ARN = '',
    DeletedDate,
    KmsKeyId,
    PrimaryRegion,
    VersionIdsToStages = {},
  } = await client.send(new DescribeSecretCommand({ SecretId }));
  const arnParts = parseSecretArn(ARN);
  if (arnParts === undefined)
    throw new SecretNotDeployableError(
      `The secret ${SecretId} has an ARN that cannot be parsed (${ARN || 'none'}). Report it to the maintainers of this project`,
      { secret: SecretId },
    );
  if (DeletedDate !== undefined)
    throw new SecretNotDeployableError(
      `The secret ${SecretId} is scheduled for deletion. Restore it, or delete the profiles that deploy it`,
      { secret: SecretId },
    );
  const version = Object.entries(VersionIdsToStages).find(([, stages]) => stages.includes('AWSCURRENT'))?.[0];
  if (version === undefined)
    throw new SecretNotDeployableError(
      `No version of the secret ${SecretId} is AWSCURRENT. Give it a value, then deploy it by hand`,
      { secret: SecretId },
    );
  return {
    ...arnParts,
    version,
    ...(KmsKeyId === undefined ? {} : { kmsKey: KmsKeyId }),
    // A primary secret has a PrimaryRegion, too: its own region (DescribeSecret, Secrets Manager API reference).
    ...(PrimaryRegion === undefined || PrimaryRegion === arnParts.region
      ? {}
      : { primaryRegion: PrimaryRegion }),
  };
}
