import { isDeepStrictEqual } from 'node:util';
import { storeOus } from '../accounts/stored-ous.ts';
import { type ActiveConfiguration, toActiveConfiguration } from '../configuration/active-configuration.ts';
import { hashConfiguration, listCentralNames } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import { everFound, toSearchMatches } from '../configuration/search-results.ts';
import { parseResourceKey } from '../grants/contract.ts';
import { getTimestamp } from '../platform/clock.ts';
import { listDesiredResources } from '../reconcile/desired-resources.ts';
import { writtenAmong } from '../reconcile/discover-resources.ts';
import { carriedOver } from '../reconcile/migrate-search-results.ts';
import type { Services } from '../reconcile/services.ts';
import { listOuPaths } from '../reconcile/unresolved-ous.ts';
import type { Store, StoredConfiguration } from '../store/ports.ts';

export interface Activation {
  readonly active: StoredConfiguration;
  /** The one before; `undefined` for the first. */
  readonly previous: StoredConfiguration | undefined;
  /** Resources that are not named any more: what is ours on them is taken away by the next run. */
  readonly removedResources: readonly string[];
  /** Those in accounts that are not central any more, where nothing of ours can be taken away. */
  readonly unreachableResources: readonly string[];
}

/** Makes a configuration the active one. Every writer uses it from now on. Runs bring the resources to it. */
export async function activateConfiguration(
  { store, clock }: Pick<Services, 'store' | 'clock'>,
  configuration: Configuration,
  activatedBy: string,
): Promise<Activation> {
  const previous = await store.configuration.getActive();
  const hash = hashConfiguration(configuration);
  const known = await store.searchResults.list();
  const items = carriedOver({ previous, configuration, known });
  const named = listDesiredResources(configuration, [], toSearchMatches(items)).map(({ key }) => key);
  const earlier = [...(previous?.resources ?? []), ...everFound(known)];
  const unnamed = earlier.filter((key) => !named.includes(key));
  const former = await writtenAmong(store, unnamed);
  const accounts = await store.registry.listAccounts();
  const ous = storeOus(listOuPaths(configuration), accounts, previous?.ous);
  const ousAreStored = isDeepStrictEqual(previous?.ous ?? {}, ous);
  if (previous?.hash === hash && ousAreStored)
    return { active: previous, previous, ...whatBecomesOf(former, configuration) };
  const resources = [...named, ...former];
  const changed = items.filter((each) => !known.includes(each));
  const carried = Object.fromEntries(changed.map(({ search, generation }) => [search, generation]));
  const active = {
    hash,
    resources,
    document: configuration,
    ous,
    ...(previous?.hash === hash ? { reactivated: (previous.reactivated ?? 0) + 1 } : {}),
    ...(changed.length === 0 ? {} : { carried }),
    activatedAt: getTimestamp(clock),
    activatedBy,
  };
  // A run of the configuration before that sees them already finds nothing that it does not know.
  for (const item of changed)
    await store.searchResults.put(item, item.generation === 1 ? undefined : item.generation - 1);
  await store.configuration.activate(active);
  const late = await writtenAmong(
    store,
    unnamed.filter((key) => !former.includes(key)),
  );
  if (late.length > 0) await keepInSight(store, late);
  return { active, previous, ...whatBecomesOf([...former, ...late].sort(), configuration) };
}

/**
 * A run that was about to write by the configuration before has told the table of the resource by now. Or it sees the new
 * configuration before the write, and does not send it (`assertStillDesired` of shared/reconcile/assert-still-desired.ts).
 */
async function keepInSight(store: Store, late: readonly string[]): Promise<void> {
  const active = await store.configuration.getActive();
  if (active === undefined) return;
  const resources = [...new Set([...active.resources, ...late])];
  await store.configuration.activate({ ...active, resources });
}

function whatBecomesOf(
  former: readonly string[],
  configuration: Configuration,
): Pick<Activation, 'removedResources' | 'unreachableResources'> {
  const isReached = (key: string): boolean =>
    listCentralNames(configuration, parseResourceKey(key).accountId).length > 0;
  const [removedResources, unreachableResources] = partition(former, isReached);
  return { removedResources, unreachableResources };
}

/**
 * A configuration as if it were active, with the resources that it would drop. The active configuration is returned as it
 * is. Nothing is stored.
 */
export async function assumeActivated(
  store: Store,
  configuration: Configuration,
): Promise<ActiveConfiguration> {
  const hash = hashConfiguration(configuration);
  const { active, searchResults: items } = await store.configuration.getActiveWithSearchResults();
  if (active?.hash === hash) return toActiveConfiguration(active, configuration, items);
  const ous = storeOus(listOuPaths(configuration), await store.registry.listAccounts(), active?.ous);
  if (active === undefined) return { configuration, hash, matches: toSearchMatches(items), dropped: [], ous };
  const resources = await writtenAmong(store, active.resources);
  return toActiveConfiguration({ hash, resources, ous }, configuration, items);
}

const partition = <T>(
  items: readonly T[],
  test: (item: T) => boolean,
): readonly [readonly T[], readonly T[]] => [items.filter(test), items.filter((item) => !test(item))];
