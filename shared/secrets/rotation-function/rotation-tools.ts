import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Logger } from '../../platform/logger.ts';
import type { Rotator } from './rotator.ts';

/** What a rotation function uses besides the event. */
export interface RotationTools {
  readonly secretsManager: SecretsManagerClient;
  readonly rotator: Rotator;
  /** Requests the deployment of a version. May be called more than once for a version. */
  askForDeployment(version: { readonly secretId: string; readonly versionId: string }): Promise<void>;
  readonly logger: Logger;
}
