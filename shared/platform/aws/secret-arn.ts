/** The parts of a secret's ARN. */
export interface SecretArnParts {
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  /**
   * The name, without the six random characters that Secrets Manager adds to it in the ARN (user guide, "Secret ARN").
   */
  readonly name: string;
}

/**
 * Characters that a secret's name may have. `!` occurs in the names of secrets that AWS services manage, such as
 * `rds!db-…`.
 */
const form = '[\\w/+=.@!-]';
const pattern = new RegExp(
  `^arn:[\\w-]+:secretsmanager:([\\w-]+):(\\d{12}):secret:(${form}+)-[A-Za-z0-9]{6}$`,
);

/**
 * The name of a secret. Secrets that another AWS service manages are included, such as `rds!cluster-…` (Secrets Manager
 * user guide, "Secrets managed by other AWS services"). Before another account can read such a secret, it needs a
 * customer managed key (RDS API reference, "CreateDBCluster", `MasterUserSecretKmsKeyId`) and a resource policy
 * (Secrets Manager user guide, "Access AWS Secrets Manager secrets from a different account"). No page says whether RDS
 * lets customers write that policy.
 */
export const secretNamePattern = new RegExp(`^${form}{1,512}$`);

/** A name, or a complete ARN. An ARN without the six random characters at its end would match no secret. */
export const nameOrArnPattern = new RegExp(
  `^(${form}{1,512}|arn:[\\w-]+:secretsmanager:[\\w-]+:\\d{12}:secret:${form}+-[A-Za-z0-9]{6})$`,
);

/** @returns `undefined` if the text is not the complete ARN of a secret */
export function parseSecretArn(arn: string): SecretArnParts | undefined {
  const [, region = '', accountId = '', name = ''] = pattern.exec(arn) ?? [];
  return name === '' ? undefined : { arn, accountId, region, name };
}
