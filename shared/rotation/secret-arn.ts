/** What an ARN says of a secret. */
export interface SecretPlace {
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  /** Without the six characters that Secrets Manager adds (Secrets Manager user guide, "Secret ARN"). */
  readonly name: string;
}

const pattern = /^arn:[\w-]+:secretsmanager:([\w-]+):(\d{12}):secret:([\w/+=.@!-]+)-[A-Za-z0-9]{6}$/;

/** @returns `undefined` for what is not the whole ARN of a secret */
export function secretPlace(arn: string): SecretPlace | undefined {
  const [, region = '', accountId = '', name = ''] = pattern.exec(arn) ?? [];
  return name === '' ? undefined : { arn, accountId, region, name };
}
