import { GetRandomPasswordCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { RotationRefusedError } from './errors.ts';

/** Options for a password, with the names of GetRandomPassword (Secrets Manager API reference). */
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

/** Makes passwords with Secrets Manager's GetRandomPassword. */
export const createPasswordGenerator =
  (client: SecretsManagerClient, options: PasswordOptions = {}): Generate =>
  async () => {
    const { RandomPassword } = await client.send(new GetRandomPasswordCommand({ ...options }));
    if (RandomPassword === undefined) throw new RotationRefusedError('GetRandomPassword gave no password');
    return RandomPassword;
  };

export interface ApiKeyOptions {
  /** A text before each key, such as `live_`. Default: none. */
  readonly prefix?: string;
  /** How many random bytes a key has. Default: 32. */
  readonly bytes?: number;
}

/**
 * Generates keys of random bytes, written as base64url.
 * @param randomBytes a cryptographically strong source, such as that of `node:crypto`
 */
export const createApiKeyGenerator =
  (randomBytes: (size: number) => Uint8Array, { prefix = '', bytes = 32 }: ApiKeyOptions = {}): Generate =>
  async () =>
    `${prefix}${Buffer.from(randomBytes(bytes)).toString('base64url')}`;

/** For a secret that is a JSON object: generates a new value for one field, and keeps all other fields. */
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
  /** Added to the user's name, it gives the name of the second user. Default: `_clone`. */
  readonly suffix?: string;
}

/**
 * Two users take turns: each rotation changes the user that is not in use. So the password that was in use before a
 * rotation still works until the next rotation.
 */
export const alternateUsers =
  (generate: Generate, options: AlternatingOptions = {}): Generate =>
  async (current) => {
    const { usernameField = 'username', passwordField = 'password', suffix = '_clone' } = options;
    const fields = jsonObject(current);
    const user = fields[usernameField];
    if (typeof user !== 'string' || user === '')
      throw new RotationRefusedError(
        `The secret has no ${usernameField}, so there is no second user to alternate with`,
      );
    const other = user.endsWith(suffix) ? user.slice(0, -suffix.length) : `${user}${suffix}`;
    return JSON.stringify({ ...fields, [usernameField]: other, [passwordField]: await generate('') });
  };

/**
 * Parses the value as a JSON object.
 * @throws RotationRefusedError, which does not contain the value
 */
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
