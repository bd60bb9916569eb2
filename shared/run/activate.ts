import { timestamp } from '../clock.ts';
import { centralNamesOf, configurationHash } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import { resourceOf } from '../grants/contract.ts';
import { desiredResources } from '../plan/desired.ts';
import type { Services } from '../services.ts';
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
  const named = desiredResources(configuration, []).map(({ key }) => key);
  const former = await writtenAmong(
    store,
    (previous?.resources ?? []).filter((key) => !named.includes(key)),
  );
  const [dropped, abandoned] = partition(
    former,
    (key) => centralNamesOf(configuration, resourceOf(key).accountId).length > 0,
  );
  if (previous?.hash === hash) return { inForce: previous, previous, dropped, abandoned };
  const resources = [...named, ...former];
  const inForce = { hash, resources, document: configuration, activatedAt: timestamp(clock), activatedBy };
  await store.configuration.activate(inForce);
  return { inForce, previous, dropped, abandoned };
}

/** Those on which the table remembers something of ours. */
async function writtenAmong({ resources }: Store, keys: readonly string[]): Promise<readonly string[]> {
  const states = await Promise.all(keys.map(async (key) => ({ key, state: await resources.get(key) })));
  return states.filter(({ state }) => (state?.owned.length ?? 0) > 0).map(({ key }) => key);
}

const partition = <T>(
  items: readonly T[],
  test: (item: T) => boolean,
): readonly [readonly T[], readonly T[]] => [items.filter(test), items.filter((item) => !test(item))];
