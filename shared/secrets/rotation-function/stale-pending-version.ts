import { RotationRefusedError } from './errors.ts';
import type { RotationTools } from './rotation-tools.ts';
import { dropPending, isOlderThanCurrent, type RotatedVersion } from './versions.ts';

interface Values {
  readonly pending: string;
  readonly current: string;
}

/**
 * Keeps a value that an earlier attempt stored, since it may be in use already: an attempt that was interrupted after
 * `set` has changed the password to it. But a stale value loses its label, so that the next rotation can begin. A value
 * is stale if it equals the current value: it would rotate nothing. It is also stale if it was created before the
 * current one: then a rotation was given up, and somebody has set another value since. In the second case a test must
 * prove that no user is locked out.
 * @throws RotationRefusedError if it was stale: its version cannot get another value
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
  // Without a test it is unknown which of the two values is accepted.
  if (set !== undefined && test === undefined) return undefined;
  if ((await isOlderThanCurrent(secretsManager, version)) !== true) return undefined;
  if (set !== undefined && test !== undefined && !(await isWorking(() => test(current)))) return undefined;
  return 'it was made before the current one';
}

export async function isWorking(test: () => Promise<void>): Promise<boolean> {
  try {
    await test();
    return true;
  } catch {
    return false;
  }
}
