import { type Clock, clockSkew, getTimestamp, type Random } from '../platform/clock.ts';
import type { RegistryStore, RememberedOu } from '../store/ports.ts';
import type { OuCache } from './describe-account.ts';

interface Remembering {
  readonly registry: RegistryStore;
  readonly clock: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random | undefined;
}

/** How long a cached name of an OU may be used, in milliseconds. */
export const ouNamesHoldFor = 10 * 60_000;

/** How often a run checks whether another run has stored the OU that both need. It checks about once a second. */
const maxReads = 5;

/**
 * A cache of OUs in the table, which all runs share. Without it, each of many new accounts in one OU would need a call
 * for that OU, and Organizations allows only two DescribeOrganizationalUnit calls a second.
 * @param trust whether cached names may be used. If false, answers are only stored for other runs
 */
export function createRememberedOuCache(
  { registry, clock, random = Math.random }: Remembering,
  { trust }: { readonly trust: boolean },
): OuCache {
  // Taken before the call to Organizations, so that this answer never counts as newer than it is.
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

/** Whether a cached name is new enough. A time in the future comes from a wrong clock, so such a name is not used. */
function isFresh(clock: Clock, { askedAt }: RememberedOu): boolean {
  const age = clock.now() - Date.parse(askedAt);
  return age < ouNamesHoldFor && age > -clockSkew;
}
