import type { StoredOus } from '../accounts/stored-ous.ts';
import type { ConfigurationInForce, FoundResources, Store } from '../store/ports.ts';
import { configurationHash } from './context.ts';
import { ConfigurationMismatchError } from './errors.ts';
import type { Configuration } from './schema.ts';
import { droppedAmong, everFound, foundIn } from './search-results.ts';
import type { Found } from './searches.ts';
import { validateConfiguration } from './validate.ts';

/** What says which resources there are, and whom they are for. */
export interface InForce {
  readonly configuration: Configuration;
  readonly found: Found;
  /** Keys of resources that were named or found, and are no more. */
  readonly dropped: readonly string[];
  /** The OUs that the paths of selectors named at the activation. Default: not known. */
  readonly ous?: StoredOus;
}

/** With what was found for its patterns, and the keys of dropped resources in accounts that are central still. */
export interface ActiveConfiguration extends InForce {
  readonly hash: string;
  /** Default: 0. */
  readonly reactivated?: number | undefined;
}

/**
 * What tells one activation from another in what a resource was left by. It is the hash of the configuration, unless the
 * same configuration was activated anew for other OUs.
 */
export const activationOf = ({
  hash,
  reactivated = 0,
}: Pick<ActiveConfiguration, 'hash' | 'reactivated'>): string =>
  reactivated === 0 ? hash : `${hash}+${reactivated}`;

/**
 * The configuration in force.
 * @throws ConfigurationMismatchError where none was activated
 * @throws ConfigurationError where it was activated by a version of this project that knew another format
 */
export const configurationInForce = async (store: Store): Promise<Configuration> =>
  configurationOf(requireActivated(await store.configuration.inForce()));

/** The same, with what was found for its patterns. @throws what `configurationInForce` throws */
export async function activeConfiguration(store: Store): Promise<ActiveConfiguration> {
  const { inForce, found } = await store.configuration.withFound();
  const activated = requireActivated(inForce);
  return active(activated, configurationOf(activated), found);
}

function requireActivated(inForce: ConfigurationInForce | undefined): ConfigurationInForce {
  if (inForce !== undefined) return inForce;
  throw new ConfigurationMismatchError(
    'No configuration is in force. Run `onboarding activate --config FILE` to put one in force',
  );
}

/**
 * It is read for each resource, and seldom another one: the latest is checked once.
 * @throws ConfigurationError where it was activated by a version of this project that knew another format
 */
export function configurationOf({ document, hash }: ConfigurationInForce): Configuration {
  if (latest !== undefined && latest.document === document) return latest.configuration;
  const text = JSON.stringify(document);
  const configuration =
    latest?.text === text
      ? latest.configuration
      : validateConfiguration(document, `The configuration in force (${hash})`);
  latest = { document, text, configuration };
  return configuration;
}

let latest:
  | { readonly document: unknown; readonly text: string; readonly configuration: Configuration }
  | undefined;

/**
 * Refuses a writer whose configuration is not the one in force.
 * @throws ConfigurationMismatchError
 */
export async function requireInForce(
  store: Store,
  configuration: Configuration,
): Promise<ActiveConfiguration> {
  const hash = configurationHash(configuration);
  const { inForce, found } = await store.configuration.withFound();
  if (inForce?.hash === hash) return active(inForce, configuration, found);
  throw new ConfigurationMismatchError(
    inForce === undefined
      ? 'No configuration is in force. Run `onboarding activate` to put this one in force'
      : `This configuration (hash ${hash.slice(0, 12)}) is not the one in force (hash ${inForce.hash.slice(0, 12)}, ` +
          `activated at ${inForce.activatedAt} by ${inForce.activatedBy}). Run \`onboarding activate\` to put it in force`,
    { hash, inForce: inForce?.hash },
  );
}

/** The configuration in force, with what is known of its patterns. */
export const active = (
  inForce: Pick<ConfigurationInForce, 'hash' | 'resources' | 'ous' | 'reactivated'>,
  configuration: Configuration,
  items: readonly FoundResources[],
): ActiveConfiguration => ({
  configuration,
  hash: inForce.hash,
  reactivated: inForce.reactivated,
  ous: storedOusOf(inForce),
  found: foundIn(items),
  dropped: droppedAmong([...inForce.resources, ...everFound(items)], configuration, items),
});

/** The same value for the same OUs, so that what was made of them for many accounts is not made anew. */
export function storedOusOf({ ous }: Pick<ConfigurationInForce, 'ous'>): StoredOus {
  const text = JSON.stringify(ous);
  if (latestOus?.text !== text) latestOus = { text, ous };
  return latestOus.ous;
}

let latestOus: { readonly text: string; readonly ous: StoredOus } | undefined;
