import { type Clock, clockSkew, getTimestamp, type Random } from '../platform/clock.ts';
import type { RegistryStore, RememberedOu } from '../store/ports.ts';
import type { OuCache } from './describe-account.ts';

interface Remembering {
  readonly registry: RegistryStore;
  readonly clock: Clock;
  /** Default: `Math.random`. */
  readonly random?: Random | undefined;
}

/** How long a cached name of an OU is valid, if the caller may use it. */
export const ouNamesHoldFor = 10 * 60_000;

/** How often a run checks for the answer of another run, about once a second. */
const maxReads = 5;

/**
 * The OUs in the table, from the last run that read them. Organizations allows two DescribeOrganizationalUnit calls a
 * second, so many accounts that arrive in one OU cannot each read its name.
 * @param trust whether the cached names may be used, or are only kept for other runs
 */
export function createRememberedOuCache(
  { registry, clock, random = Math.random }: Remembering,
  { trust }: { readonly trust: boolean },
): OuCache {
  // Removes nothing that a later call has stored.
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

/** A time in the future comes from a wrong clock. */
function isFresh(clock: Clock, { askedAt }: RememberedOu): boolean {
  const age = clock.now() - Date.parse(askedAt);
  return age < ouNamesHoldFor && age > -clockSkew;
}
