/** The package that rotation functions import: see docs/rotation-function.md. */

export {
  type AlternatingOptions,
  type ApiKeyOptions,
  alternateUsers,
  createApiKeyGenerator,
  createPasswordGenerator,
  type Generate,
  type PasswordOptions,
  rotateJsonField,
} from './generate.ts';
export { requestByEvent } from './request-deployment.ts';
export { rotateSecret } from './rotate.ts';
export type { RotationTools } from './rotation-tools.ts';
export type { Rotator, SecretValues } from './rotator.ts';
