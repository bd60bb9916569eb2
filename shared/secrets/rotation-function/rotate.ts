import { inspect } from 'node:util';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { MalformedEventError } from '../../platform/errors.ts';
import { toFindings } from '../../platform/findings.ts';
import { RotationRefusedError } from './errors.ts';
import { redactError } from './redact.ts';
import type { RotationTools } from './rotation-tools.ts';
import type { SecretValues } from './rotator.ts';
import { isWorking, keepUnlessStale } from './stale-pending-version.ts';
import {
  dropPending,
  makeCurrent,
  type RotatedVersion,
  readRotatedVersion,
  readVersionValue,
} from './versions.ts';

/** The event with which Secrets Manager calls the function for each step (user guide, "Lambda rotation functions"). */
const eventSchema = z.looseObject({
  Step: z.enum(['createSecret', 'setSecret', 'testSecret', 'finishSecret']),
  SecretId: z.string().min(1),
  ClientRequestToken: z.string().min(1),
  /**
   * The token must stay secret. It is sent to Secrets Manager only, with the value that a step stores (API reference,
   * "PutSecretValue").
   */
  RotationToken: z.string().min(1).optional(),
});

type RotationStep = z.infer<typeof eventSchema>['Step'];

/** The version on which a step works, with the rotation token of the event. */
interface StepVersion extends RotatedVersion {
  readonly rotationToken: string | undefined;
}

/**
 * Does one of the four steps with which Secrets Manager rotates a secret. Secrets Manager may repeat each step, also
 * after it was interrupted.
 * @throws MalformedEventError, RotationRefusedError, RotationStepError. No error contains a value
 */
export async function rotateSecret(tools: RotationTools, event: unknown): Promise<void> {
  const parsed = eventSchema.safeParse(event);
  if (!parsed.success)
    throw new MalformedEventError('The input of the rotation', toFindings(parsed.error.issues));
  const { Step, SecretId, ClientRequestToken, RotationToken: rotationToken } = parsed.data;
  await withoutToken(Step, rotationToken, async () => {
    const version = await readRotatedVersion(tools.secretsManager, SecretId, ClientRequestToken);
    if (Step === 'finishSecret') await finishSecret(tools, version);
    // If the version is already current, the rotation has ended, and a repeated step does nothing.
    else if (!version.isCurrent) await steps[Step](tools, { ...version, rotationToken });
  });
  tools.logger.info('Rotation step done', { step: Step, secretId: SecretId, versionId: ClientRequestToken });
}

/**
 * Runs a step. If an error contains the rotation token, it is replaced by an error without it. Every other error stays
 * as it is.
 */
async function withoutToken(
  step: RotationStep,
  token: string | undefined,
  act: () => Promise<void>,
): Promise<void> {
  try {
    await act();
  } catch (thrown) {
    throw token !== undefined && inspect(thrown, { depth: 10 }).includes(token)
      ? redactError(step, thrown, [token])
      : thrown;
  }
}

type Perform = (tools: RotationTools, version: StepVersion) => Promise<void>;

const steps: Readonly<Record<Exclude<RotationStep, 'finishSecret'>, Perform>> = {
  createSecret: async (tools, version) => {
    const { secretsManager, rotator } = tools;
    const { secretId, token, rotationToken } = version;
    const current = await currentValue(tools, version);
    const pending = await readVersionValue(secretsManager, secretId, token);
    if (pending !== undefined) return keepUnlessStale(tools, version, { pending, current });
    const SecretString = await guarded('createSecret', [current], () => rotator.generate(current));
    await guarded('createSecret', [current, SecretString], () =>
      secretsManager.send(
        new PutSecretValueCommand({
          SecretId: secretId,
          ClientRequestToken: token,
          SecretString,
          VersionStages: ['AWSPENDING'],
          ...(rotationToken === undefined ? {} : { RotationToken: rotationToken }),
        }),
      ),
    );
  },

  /** If the system already accepts the pending value, an earlier attempt has set it. */
  setSecret: async (tools, version) => {
    const { set, test } = tools.rotator;
    if (set === undefined) return;
    const values = await valuesOf(tools, version);
    if (test !== undefined && (await isWorking(() => test(values.pending)))) return;
    await guarded('setSecret', textsOf(values), () => set(values));
  },

  testSecret: async (tools, version) => {
    const { test } = tools.rotator;
    if (test === undefined) return;
    const values = await valuesOf(tools, version);
    await guarded('testSecret', textsOf(values), () => test(values.pending));
  },
};

/**
 * Moves the label AWSCURRENT to the new version, then requests its deployment. It requests the deployment even if the
 * label has been moved before, because an earlier attempt may have ended in between. If the request fails, the rotation
 * still succeeds: Secrets Manager's own event and the scheduled check cause the deployment, too.
 */
async function finishSecret(tools: RotationTools, version: RotatedVersion): Promise<void> {
  if (!version.isCurrent) await makeCurrent(tools.secretsManager, version);
  await ask(tools, { secretId: version.secretId, versionId: version.token });
  if (version.isPending) await dropPending(tools.secretsManager, version);
}

const askAttempts = 3;

async function ask(
  { askForDeployment, logger }: RotationTools,
  version: { readonly secretId: string; readonly versionId: string },
): Promise<void> {
  for (let attempt = 1; attempt <= askAttempts; attempt += 1)
    try {
      return await askForDeployment(version);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown.name : String(thrown);
      logger.error('Could not request the deployment of the new secret version', {
        ...version,
        attempt,
        error,
      });
    }
}

async function currentValue({ secretsManager }: RotationTools, version: RotatedVersion): Promise<string> {
  const { secretId, current } = version;
  const value = current === undefined ? undefined : await readVersionValue(secretsManager, secretId, current);
  if (value !== undefined) return value;
  throw new RotationRefusedError(`${secretId} has no current value to begin with: give it one, then rotate`);
}

async function valuesOf(tools: RotationTools, version: RotatedVersion): Promise<SecretValues> {
  const { secretId, token, previous } = version;
  const { secretsManager } = tools;
  const pending = await readVersionValue(secretsManager, secretId, token);
  if (pending === undefined)
    throw new RotationRefusedError(
      `Version ${token} of ${secretId} has no value yet: createSecret comes first`,
    );
  return {
    pending,
    current: await currentValue(tools, version),
    previous: previous === undefined ? undefined : await readVersionValue(secretsManager, secretId, previous),
  };
}

const textsOf = ({ pending, current, previous }: SecretValues): readonly string[] =>
  [pending, current, previous].filter((value) => value !== undefined);

async function guarded<T>(step: RotationStep, values: readonly string[], act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    throw redactError(step, thrown, values);
  }
}
