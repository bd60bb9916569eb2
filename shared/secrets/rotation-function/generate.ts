import { GetRandomPasswordCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { RotationRefusedError } from './errors.ts';

/** Options of a password, in the form of GetRandomPassword (Secrets Manager API reference). */
export interface PasswordOptions {
  /** Default: 32. */
  readonly PasswordLength?: number;
  readonly ExcludeCharacters?: string;
  readonly ExcludeNumbers?: boolean;
  readonly ExcludePunctuation?: boolean;
  readonly ExcludeUppercase?: boolean;
  readonly ExcludeLowercase?: boolean;
  readonly IncludeSpace?: boolean;
  /** Default: true. */
  readonly RequireEachIncludedType?: boolean;
}

export type Generate = (current: string) => Promise<string>;

/** Passwords that Secrets Manager makes. */
export const createPasswordGenerator =
  (client: SecretsManagerClient, options: PasswordOptions = {}): Generate =>
  async () => {
    const { RandomPassword } = await client.send(new GetRandomPasswordCommand({ ...options }));
    if (RandomPassword === undefined) throw new RotationRefusedError('GetRandomPassword gave no password');
    return RandomPassword;
  };

export interface ApiKeyOptions {
  /** The prefix of keys, such as `live_`. Default: none. */
  readonly prefix?: string;
  /** The number of random bytes of a key. Default: 32. */
  readonly bytes?: number;
}

/**
 * Keys of random bytes, as base64url.
 * @param randomBytes cryptographically strong, such as that of `node:crypto`
 */
export const createApiKeyGenerator =
  (randomBytes: (size: number) => Uint8Array, { prefix = '', bytes = 32 }: ApiKeyOptions = {}): Generate =>
  async () =>
    `${prefix}${Buffer.from(randomBytes(bytes)).toString('base64url')}`;

/** A JSON object: one field is rotated, and the rest stays. */
export const rotateJsonField =
  (field: string, generate: Generate): Generate =>
  async (current) => {
    const fields = jsonObject(current);
    return JSON.stringify({ ...fields, [field]: await generate(String(fields[field] ?? '')) });
  };

export interface AlternatingOptions {
  /** Default: `username`. */
  readonly usernameField?: string;
  /** Default: `password`. */
  readonly passwordField?: string;
  /** The suffix of the second user's name. Default: `_clone`. */
  readonly suffix?: string;
}

/**
 * Two users that take turns: the next value is for the user that is not in use. So the current password stays valid
 * until the rotation after this one.
 */
export const alternateUsers =
  (generate: Generate, options: AlternatingOptions = {}): Generate =>
  async (current) => {
    const { usernameField = 'username', passwordField = 'password', suffix = '_clone' } = options;
    const fields = jsonObject(current);
    const user = fields[usernameField];
    if (typeof user !== 'string' || user === '')
      throw new RotationRefusedError(
        `The secret has no ${usernameField}, so there is nobody to alternate with`,
      );
    const other = user.endsWith(suffix) ? user.slice(0, -suffix.length) : `${user}${suffix}`;
    return JSON.stringify({ ...fields, [usernameField]: other, [passwordField]: await generate('') });
  };

/** @throws RotationRefusedError that does not quote the value */
function jsonObject(value: string): Readonly<Record<string, unknown>> {
  const parsed = parsedJson(value);
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
    return parsed as Readonly<Record<string, unknown>>;
  throw new RotationRefusedError('The secret is no JSON object, so none of its fields can be rotated');
}

function parsedJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
