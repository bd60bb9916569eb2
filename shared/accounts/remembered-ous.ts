import { type Clock, clockSkew, getTimestamp, type Random } from '../platform/clock.ts';
import type { RegistryStore, RememberedOu } from '../store/ports.ts';
import type { OuCache } from './describe-account.ts';

interface Remembering {
  readonly registry: RegistryStore;
  readonly clock: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random | undefined;
}

/** How long the name of an OU is taken as it was last heard, where it may be. */
export const ouNamesHoldFor = 10 * 60_000;

/** How often somebody looks whether another has been answered, each time after a second or so. */
const maxReads = 5;

/**
 * The OUs as the registry remembers them from the last run that asked. Organizations answers DescribeOrganizationalUnit twice
 * a second, so many accounts that arrive in one OU cannot each ask for its name.
 * @param trust whether what is remembered may be taken, or only kept for others
 */
export function createRememberedOuCache(
  { registry, clock, random = Math.random }: Remembering,
  { trust }: { readonly trust: boolean },
): OuCache {
  // What was asked for later is not older than this.
  const since = getTimestamp(clock);
  const fresh = async (id: string) => {
    const known = trust ? await registry.getOu(id) : undefined;
    return known !== undefined && known.deleted !== true && isFresh(clock, known) ? known : undefined;
  };
  return {
    get: fresh,
    set: (id, { name, parentId }) => registry.putOu({ id, name, parentId, askedAt: since }),
    former: async (id) => {
      const known = await registry.getOu(id);
      return known?.deleted === true ? undefined : known;
    },
    fromOthers: async (id) => {
      for (let look = 1; trust && look <= maxReads; look += 1) {
        await clock.sleep(500 + 1_000 * random());
        const known = await fresh(id);
        if (known !== undefined) return known;
      }
      return undefined;
    },
  };
}

/** A time that is yet to come was told by a clock that is wrong. */
function isFresh(clock: Clock, { askedAt }: RememberedOu): boolean {
  const age = clock.now() - Date.parse(askedAt);
  return age < ouNamesHoldFor && age > -clockSkew;
}
