/** The parts of a secret's ARN. */
export interface SecretArnParts {
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  /** Without the six characters that Secrets Manager adds (Secrets Manager user guide, "Secret ARN"). */
  readonly name: string;
}

/** Whole ARNs, with region, account and name. Managed secrets have a `!` in their names, such as `rds!db-…`. */
const form = '[\\w/+=.@!-]';
const pattern = new RegExp(
  `^arn:[\\w-]+:secretsmanager:([\\w-]+):(\\d{12}):secret:(${form}+)-[A-Za-z0-9]{6}$`,
);

/**
 * A secret's name, also that of a secret which another AWS service manages, such as `rds!cluster-…` (Secrets Manager
 * user guide, "Secrets managed by other AWS services"). For a reader in another account such a secret needs a customer
 * managed key (RDS API reference, "CreateDBCluster", `MasterUserSecretKmsKeyId`) and a resource policy (Secrets Manager
 * user guide, "Access AWS Secrets Manager secrets from a different account"). No page says that RDS lets customers
 * write that policy.
 */
export const secretNamePattern = new RegExp(`^${form}{1,512}$`);

/** A name, or a whole ARN: an ARN without its end would equal no secret's. */
export const nameOrArnPattern = new RegExp(
  `^(${form}{1,512}|arn:[\\w-]+:secretsmanager:[\\w-]+:\\d{12}:secret:${form}+-[A-Za-z0-9]{6})$`,
);

/** @returns `undefined` for a text that is not the whole ARN of a secret */
export function parseSecretArn(arn: string): SecretArnParts | undefined {
  const [, region = '', accountId = '', name = ''] = pattern.exec(arn) ?? [];
  return name === '' ? undefined : { arn, accountId, region, name };
}
