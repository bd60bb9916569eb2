import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Logger } from '../../platform/logger.ts';
import type { Rotator } from './rotator.ts';

/** What a rotation function works with. */
export interface RotationTools {
  readonly secretsManager: SecretsManagerClient;
  readonly rotator: Rotator;
  /** Asks for the deployment of a version; may be called several times for one. */
  askForDeployment(version: { readonly secretId: string; readonly versionId: string }): Promise<void>;
  readonly logger: Logger;
}
