/** The public entry of rotation functions: see docs/rotation.md. */

export {
  type AlternatingOptions,
  type ApiKeyOptions,
  alternatingUsers,
  type Generate,
  generatedApiKey,
  generatedPassword,
  jsonField,
  type PasswordOptions,
} from './generate.ts';
export { askByEvent } from './request-deployment.ts';
export { rotateSecret } from './rotate.ts';
export type { RotationTools } from './rotation-tools.ts';
export type { Rotator, SecretValues } from './rotator.ts';
