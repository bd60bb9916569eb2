export { type SecretPlace, secretPlace } from '../configuration/secret-arn.ts';
