import { RotationRefusedError } from './errors.ts';
import type { RotationTools } from './rotation-tools.ts';
import { dropPending, isOlderThanCurrent, type RotatedVersion } from './versions.ts';

interface Values {
  readonly pending: string;
  readonly current: string;
}

/**
 * Handles a pending value that an earlier attempt stored. Usually the value stays: the attempt may have been
 * interrupted after `set`, and the password may be this value already. A stale value loses its label instead, so that
 * the next rotation can begin. It is stale in two cases:
 *
 * - It equals the current value, so it would rotate nothing.
 * - It was created before the current value: a rotation was given up, and somebody has set another value since. Here a
 * test must prove that no user is locked out.
 *
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
  // Without a test, it is unknown whether the system accepts the pending or the current value.
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
