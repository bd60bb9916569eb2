import { isDeepStrictEqual } from 'node:util';
import { storeOus } from '../accounts/stored-ous.ts';
import { type ActiveConfiguration, active } from '../configuration/active-configuration.ts';
import { centralNamesOf, configurationHash } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import { everFound, foundIn } from '../configuration/search-results.ts';
import { resourceOf } from '../grants/contract.ts';
import { timestamp } from '../platform/clock.ts';
import { desiredResources } from '../reconcile/desired-resources.ts';
import { writtenAmong } from '../reconcile/discover-resources.ts';
import { carriedOver } from '../reconcile/migrate-search-results.ts';
import type { Services } from '../reconcile/services.ts';
import { ouPathsIn } from '../reconcile/unresolved-ous.ts';
import type { ConfigurationInForce, Store } from '../store/ports.ts';

export interface Activation {
  readonly inForce: ConfigurationInForce;
  /** The one before; `undefined` for the first. */
  readonly previous: ConfigurationInForce | undefined;
  /** Resources that are not named any more: what is ours on them is taken away by the next run. */
  readonly dropped: readonly string[];
  /** Those in accounts that are not central any more, where nothing of ours can be taken away. */
  readonly abandoned: readonly string[];
}

/** Makes a configuration the one in force. Every writer uses it from now on; resources are brought to it by runs. */
export async function activateConfiguration(
  { store, clock }: Pick<Services, 'store' | 'clock'>,
  configuration: Configuration,
  activatedBy: string,
): Promise<Activation> {
  const previous = await store.configuration.inForce();
  const hash = configurationHash(configuration);
  const known = await store.found.all();
  const items = carriedOver({ previous, configuration, known });
  const named = desiredResources(configuration, [], foundIn(items)).map(({ key }) => key);
  const earlier = [...(previous?.resources ?? []), ...everFound(known)];
  const unnamed = earlier.filter((key) => !named.includes(key));
  const former = await writtenAmong(store, unnamed);
  const accounts = await store.registry.accounts();
  const ous = storeOus(ouPathsIn(configuration), accounts, previous?.ous);
  const ousAreStored = isDeepStrictEqual(previous?.ous ?? {}, ous);
  if (previous?.hash === hash && ousAreStored)
    return { inForce: previous, previous, ...whatBecomesOf(former, configuration) };
  const resources = [...named, ...former];
  const changed = items.filter((each) => !known.includes(each));
  const carried = Object.fromEntries(changed.map(({ search, generation }) => [search, generation]));
  const inForce = {
    hash,
    resources,
    document: configuration,
    ous,
    ...(previous?.hash === hash ? { reactivated: (previous.reactivated ?? 0) + 1 } : {}),
    ...(changed.length === 0 ? {} : { carried }),
    activatedAt: timestamp(clock),
    activatedBy,
  };
  // A run of the configuration before that sees them already finds nothing that it does not know.
  for (const item of changed)
    await store.found.put(item, item.generation === 1 ? undefined : item.generation - 1);
  await store.configuration.activate(inForce);
  const late = await writtenAmong(
    store,
    unnamed.filter((key) => !former.includes(key)),
  );
  if (late.length > 0) await keepInSight(store, late);
  return { inForce, previous, ...whatBecomesOf([...former, ...late].sort(), configuration) };
}

/**
 * Whoever was about to write by the configuration before has told the table of the resource by now, or sees ours before
 * the write and does not send it (`refuseWhatIsForgotten` of shared/reconcile/assert-still-desired.ts).
 */
async function keepInSight(store: Store, late: readonly string[]): Promise<void> {
  const inForce = await store.configuration.inForce();
  if (inForce === undefined) return;
  const resources = [...new Set([...inForce.resources, ...late])];
  await store.configuration.activate({ ...inForce, resources });
}

function whatBecomesOf(
  former: readonly string[],
  configuration: Configuration,
): Pick<Activation, 'dropped' | 'abandoned'> {
  const isReached = (key: string): boolean =>
    centralNamesOf(configuration, resourceOf(key).accountId).length > 0;
  const [dropped, abandoned] = partition(former, isReached);
  return { dropped, abandoned };
}

/**
 * A configuration as it would be in force, with what it drops of the one that is; the one in force as it is. Nothing is
 * stored.
 */
export async function asIfActivated(
  store: Store,
  configuration: Configuration,
): Promise<ActiveConfiguration> {
  const hash = configurationHash(configuration);
  const { inForce, found: items } = await store.configuration.withFound();
  if (inForce?.hash === hash) return active(inForce, configuration, items);
  const ous = storeOus(ouPathsIn(configuration), await store.registry.accounts(), inForce?.ous);
  if (inForce === undefined) return { configuration, hash, found: foundIn(items), dropped: [], ous };
  const resources = await writtenAmong(store, inForce.resources);
  return active({ hash, resources, ous }, configuration, items);
}

const partition = <T>(
  items: readonly T[],
  test: (item: T) => boolean,
): readonly [readonly T[], readonly T[]] => [items.filter(test), items.filter((item) => !test(item))];
