import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Logger } from '../../platform/logger.ts';
import type { Rotator } from './rotator.ts';

/** The tools of a rotation function. */
export interface RotationTools {
  readonly secretsManager: SecretsManagerClient;
  readonly rotator: Rotator;
  /** Requests the deployment of a version. May be called several times for one version. */
  askForDeployment(version: { readonly secretId: string; readonly versionId: string }): Promise<void>;
  readonly logger: Logger;
}
