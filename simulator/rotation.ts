import { RotateSecretCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { SimulatedOrganization } from './organization.ts';
import { buildRotationEnded } from './secret-events.ts';
import { findVersion } from './secrets.ts';
import type { SimulatedSecret } from './simulated-resources.ts';
import { announce, makeRandomUuid } from './world.ts';

/** The event of Secrets Manager for a rotation function (Secrets Manager user guide, "Lambda rotation functions"). */
export interface RotationEvent {
  readonly Step: 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret';
  readonly SecretId: string;
  readonly ClientRequestToken: string;
  readonly RotationToken?: string;
}

export interface SimulatedRotation {
  readonly secretArn: string;
  /** The client of the caller that starts the rotation. */
  readonly client: SecretsManagerClient;
  readonly invoke: (event: RotationEvent) => Promise<void>;
  /**
   * ARN of the function's own role. Every other role, such as a role that the function assumes, needs the rotation
   * token to put a value. Default: no role needs it.
   */
  readonly functionRoleArn?: string;
  /** How often Secrets Manager tries each step. Default: 5. */
  readonly attempts?: number;
  /** Called before a step is tried again. Default: nothing. */
  readonly pause?: () => Promise<void>;
}

const order = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

/**
 * Rotates a secret as Secrets Manager does. It creates a pending version, calls the function for the four steps, with
 * retries, and announces the end through CloudTrail. If a rotation was not completed, it continues with the same
 * version.
 * @returns the error that ended it; `undefined` if it succeeded
 */
export async function rotateNow(
  { world }: SimulatedOrganization,
  { secretArn, client, invoke, functionRoleArn, attempts = 5, pause = async () => {} }: SimulatedRotation,
): Promise<unknown> {
  const secret = world.secrets.get(secretArn);
  if (secret === undefined) throw new Error(`There is no secret ${secretArn}`);
  const token = await begun(client, secret);
  for (const Step of order) {
    const RotationToken = makeRandomUuid(world);
    secret.rotationStep = { token: RotationToken, functionRoleArn };
    const event = { Step, SecretId: secretArn, ClientRequestToken: token, RotationToken };
    const error = await tried(() => invoke(event), attempts, pause);
    secret.rotationStep = undefined;
    if (error === undefined) continue;
    announce(world, buildRotationEnded(world, secret, 'RotationFailed'));
    return error;
  }
  announce(world, buildRotationEnded(world, secret, 'RotationSucceeded'));
  return undefined;
}

/**
 * Creates a pending version, or finds the one of a rotation that was not completed.
 * @returns the id of the version that will become current
 */
async function begun(client: SecretsManagerClient, secret: SimulatedSecret): Promise<string> {
  const RotationLambdaARN = 'arn:aws:lambda:eu-west-1:444455556666:function:rotation';
  try {
    const { VersionId = '' } = await client.send(
      new RotateSecretCommand({ SecretId: secret.arn, RotationLambdaARN }),
    );
    return VersionId;
  } catch (thrown) {
    const pending = findVersion(secret, 'AWSPENDING');
    if (
      !(thrown instanceof Error) ||
      !thrown.message.includes('will be reattempted') ||
      pending === undefined
    )
      throw thrown;
    return pending.id;
  }
}

async function tried(
  act: () => Promise<void>,
  attempts: number,
  pause: () => Promise<void>,
): Promise<unknown> {
  let error: unknown;
  for (let attempt = 0; attempt < attempts; attempt += 1)
    try {
      if (attempt > 0) await pause();
      await act();
      return undefined;
    } catch (thrown) {
      error = thrown;
    }
  return error;
}
