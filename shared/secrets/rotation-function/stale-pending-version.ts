import { RotationRefusedError } from './errors.ts';
import type { RotationTools } from './rotation-tools.ts';
import { dropPending, isOlderThanCurrent, type RotatedVersion } from './versions.ts';

interface Values {
  readonly pending: string;
  readonly current: string;
}

/**
 * A value that an attempt before this one has stored is gone on with, since it may be in use already: an attempt that was
 * cut off after `set` has changed the password to it. But a stale one loses its label, so that the next rotation can
 * begin: one that equals the current value, which would rotate nothing; and one that was made before the current one,
 * where a rotation was given up and somebody has given the secret another value since. Of the latter only where it is
 * shown that nobody is locked out by it.
 * @throws RotationRefusedError where it was stale: its version cannot be given another value
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
  // Without a test nobody knows which of the two opens the door.
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
