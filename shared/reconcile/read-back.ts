import type { DesiredResource } from './desired-resource.ts';
import { NotReadBackError } from './errors.ts';
import type { Services } from './services.ts';

/** How long a read may return the older state after a write, in milliseconds. IAM and S3 are eventually consistent. */
const readBackPatience = 20_000;

/**
 * Reads the resource again and again until AWS returns the state that was written.
 * @throws NotReadBackError if AWS still returns another state at the deadline
 */
export async function readBack(
  { clock }: Services,
  { kind, key }: DesiredResource,
  wanted: unknown,
  read: () => Promise<unknown>,
): Promise<unknown> {
  const deadline = clock.now() + readBackPatience;
  for (let pause = 250; ; pause = Math.min(pause * 2, 4_000)) {
    const state = await read();
    if (kind.isSame(state, wanted)) return state;
    if (clock.now() + pause > deadline)
      throw new NotReadBackError(
        `${key} was written, but AWS returns another policy ${readBackPatience / 1_000} seconds later. Another tool may have ` +
          'changed it. The step is retried; if it fails again, compare the resource: onboarding drift',
        { resource: key },
      );
    await clock.sleep(pause);
  }
}
