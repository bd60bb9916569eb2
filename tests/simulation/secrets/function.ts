import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type AnyClient, createClient } from '../../../shared/platform/aws/plugins.ts';
import {
  type RotationTools,
  requestByEvent,
  rotateSecret,
} from '../../../shared/secrets/rotation-function/index.ts';
import { type RotationEvent, rotateNow } from '../../../simulator/rotation.ts';
import type { FunctionUnderTest, RotationContext } from './context.ts';
import type { RotatedSecret } from './scenario.ts';
export const createRotationFunction: FunctionUnderTest = (tools, event) => rotateSecret(tools, event);

/** Rotates a secret as Secrets Manager does. Each invocation of the function may die, and is tried again later. */
export async function rotateByFunction(stage: RotationContext, secret: RotatedSecret): Promise<void> {
  const { organization, draw, functionCrashes, watch, note, rotationFunction } = stage;
  const client = clientOf(stage, secret, SecretsManagerClient);
  const tools: RotationTools = {
    secretsManager: client,
    rotator: secret.door.rotator,
    logger: stage.logger,
    askForDeployment: requestByEvent(clientOf(stage, secret, EventBridgeClient)),
  };
  const invoke = async (event: RotationEvent): Promise<void> => {
    try {
      await functionCrashes.around('RotationFunction', () => rotationFunction(tools, event, stage, secret));
    } catch (thrown) {
      watch.look('an error of the rotation function', thrown);
      throw thrown;
    }
  };
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, draw.between(1_000, 60_000)));
  try {
    const error = await rotateNow(organization, { secretArn: secret.arn, client, invoke, pause });
    note(`rotated ${secret.arn.split(':').at(-1)}: ${error instanceof Error ? error.message : 'well'}`);
  } catch (thrown) {
    note(`not rotated ${secret.arn.split(':').at(-1)}: ${thrown instanceof Error ? thrown.message : thrown}`);
  }
}

interface Settings {
  readonly region: string;
  readonly credentials: ReturnType<RotationContext['organization']['credentialsOf']>;
  readonly maxAttempts: number;
}

/** A client of the rotation function. */
export function clientOf<C extends AnyClient>(
  { organization }: RotationContext,
  { place: { accountId, region } }: RotatedSecret,
  Client: new (settings: Settings) => C,
  role = 'rotation-function',
): C {
  const credentials = organization.credentialsOf(accountId, role);
  const config = { region, credentials, maxAttempts: 1 };
  return createClient(Client, config, [organization.plugin({ quick: true })]);
}
