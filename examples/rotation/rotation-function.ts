/**
 * A rotation function for the password of a PostgreSQL user. Deploy it in the secret's account and region, with the
 * permissions that docs/rotation-function.md lists, and name it as the secret's rotation function.
 */
import { Logger } from '@aws-lambda-powertools/logger';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  createPasswordGenerator,
  type RotationTools,
  requestByEvent,
  rotateJsonField,
  rotateSecret,
} from '../../shared/secrets/rotation-function/index.ts';
import { postgresRotator } from './postgres.ts';

const secretsManager = new SecretsManagerClient();
const generate = rotateJsonField('password', createPasswordGenerator(secretsManager, { PasswordLength: 40 }));

const tools: RotationTools = {
  secretsManager,
  rotator: postgresRotator(generate),
  askForDeployment: requestByEvent(new EventBridgeClient()),
  logger: new Logger({ serviceName: 'rotation' }) as RotationTools['logger'],
};

export const handler = (event: unknown): Promise<void> => rotateSecret(tools, event);
