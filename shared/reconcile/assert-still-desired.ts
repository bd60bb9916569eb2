import { activationOf, activeConfiguration } from '../configuration/active-configuration.ts';
import { ConcurrentUpdateError } from '../platform/errors.ts';
import type { Picture } from './context.ts';
import { desiredResource, grantsOn } from './desired-resources.ts';
import type { Services } from './services.ts';

/**
 * Another configuration that came into force since the picture was made may not name it any more, and a look that ended
 * since may have found that it matches no more; both forget what has nothing of ours. What is remembered too late for
 * that is not written.
 * @throws ConcurrentUpdateError
 */
export async function refuseWhatIsForgotten(
  { store }: Services,
  { desired, active }: Picture,
): Promise<void> {
  const inForce = await store.configuration.inForce();
  if (inForce === undefined || activationOf(inForce) !== activationOf(active))
    throw new ConcurrentUpdateError(
      `${desired.key}: another configuration came into force a moment ago, so the write was not sent; run again`,
      { resource: desired.key },
    );
  const grants = grantsOn(desired);
  if (desired.named || grants.length === 0) return;
  const now = desiredResource(await activeConfiguration(store), [], desired.key);
  if (now !== undefined && grantsOn(now).join() === grants.join()) return;
  throw new ConcurrentUpdateError(
    `${desired.key}: other grants meet on it since a moment ago, so the write was not sent; run again`,
    { resource: desired.key },
  );
}
