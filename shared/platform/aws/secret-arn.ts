/** The ARN of a secret, in parts. */
export interface SecretArnParts {
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  /** The name, without the six random characters that Secrets Manager appends to it (user guide, "Secret ARN"). */
  readonly name: string;
}

/** Characters of a secret's name. `!` occurs in names of managed secrets, such as `rds!db-…`. */
const form = '[\\w/+=.@!-]';
const pattern = new RegExp(
  `^arn:[\\w-]+:secretsmanager:([\\w-]+):(\\d{12}):secret:(${form}+)-[A-Za-z0-9]{6}$`,
);

/**
 * The name of a secret. Secrets that another AWS service manages are included, such as `rds!cluster-…` (Secrets Manager
 * user guide, "Secrets managed by other AWS services"). To be read from another account, such a secret needs a customer
 * managed key (RDS API reference, "CreateDBCluster", `MasterUserSecretKmsKeyId`) and a resource policy (Secrets Manager
 * user guide, "Access AWS Secrets Manager secrets from a different account"). No page says whether RDS lets customers
 * write that policy.
 */
export const secretNamePattern = new RegExp(`^${form}{1,512}$`);

/** A name, or a complete ARN. An ARN without the random end would match no secret. */
export const nameOrArnPattern = new RegExp(
  `^(${form}{1,512}|arn:[\\w-]+:secretsmanager:[\\w-]+:\\d{12}:secret:${form}+-[A-Za-z0-9]{6})$`,
);

/** @returns `undefined` if the text is not the complete ARN of a secret */
export function parseSecretArn(arn: string): SecretArnParts | undefined {
  const [, region = '', accountId = '', name = ''] = pattern.exec(arn) ?? [];
  return name === '' ? undefined : { arn, accountId, region, name };
}
