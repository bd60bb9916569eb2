/** The public entry of rotation functions: see docs/rotation.md. */
export { askByEvent } from './ask.ts';
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
export { type RotationTools, rotateSecret } from './rotate.ts';
export type { Rotator, SecretValues } from './rotator.ts';
