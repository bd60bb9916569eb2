import { type Clock, timestamp } from '../clock.ts';
import type { RegistryStore } from '../store/ports.ts';
import type { OuCache } from './describe-account.ts';

/** How long the name of an OU is taken as it was last heard, where it may be. */
export const ouNamesHoldFor = 10 * 60_000;

/**
 * The OUs as the registry remembers them from whoever asked last. Organizations answers DescribeOrganizationalUnit twice
 * a second, so many accounts that arrive in one OU cannot each ask for its name.
 * @param trust whether what is remembered may be taken, or only kept for others
 */
export const rememberedOus = (
  { registry, clock }: { readonly registry: RegistryStore; readonly clock: Clock },
  { trust }: { readonly trust: boolean },
): OuCache => {
  // What was asked for later is not older than this.
  const since = timestamp(clock);
  return {
    get: async (id) => {
      const known = trust ? await registry.ou(id) : undefined;
      const isFresh = known !== undefined && clock.now() - Date.parse(known.askedAt) < ouNamesHoldFor;
      return isFresh ? known : undefined;
    },
    set: (id, { name, parentId }) => registry.putOu({ id, name, parentId, askedAt: since }),
  };
};
