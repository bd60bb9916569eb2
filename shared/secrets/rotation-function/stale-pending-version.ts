import { RotationRefusedError } from './errors.ts';
import type { RotationTools } from './rotation-tools.ts';
import { dropPending, isOlderThanCurrent, type RotatedVersion } from './versions.ts';

interface Values {
  readonly pending: string;
  readonly current: string;
}

/**
 * Decides about a pending value that an earlier attempt has stored. Usually the value stays: the attempt may have been
 * interrupted after `set`, so the system may already use this value. If the value is stale, its label AWSPENDING is
 * removed, so that the next rotation can begin. It is stale in two cases:
 * - It equals the current value, so the rotation would change nothing.
 * - It was created before the current value: that rotation was given up, and somebody has set another value since.
 *   Then a test must first prove that the system accepts the current value.
 * @throws RotationRefusedError if it was stale, because its version cannot get another value
 */
export async function keepUnlessStale(
  tools: RotationTools,
  version: RotatedVersion,
  values: Values,
): Promise<void> {
  const { secretsManager } = tools;
  const { token, secretId } = version;
  const why = await reasonToDrop(tools, version, values);
  if (why === undefined) return;
  await dropPending(secretsManager, version);
  throw new RotationRefusedError(
    `Version ${token} of ${secretId} was stale: ${why}. It is not AWSPENDING any more; rotate again`,
  );
}

async function reasonToDrop(
  { secretsManager, rotator }: RotationTools,
  version: RotatedVersion,
  { pending, current }: Values,
): Promise<string | undefined> {
  if (pending === current) return 'its value is the current one';
  const { set, test } = rotator;
  // Without a test, nobody knows whether the system accepts the pending value or the current one.
  if (set !== undefined && test === undefined) return undefined;
  if ((await isOlderThanCurrent(secretsManager, version)) !== true) return undefined;
  if (set !== undefined && test !== undefined && !(await isWorking(() => test(current)))) return undefined;
  return 'it was created before the current one';
}

export async function isWorking(test: () => Promise<void>): Promise<boolean> {
  try {
    await test();
    return true;
  } catch {
    return false;
  }
}
