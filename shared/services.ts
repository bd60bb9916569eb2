import type { AwsAccess, HubClients } from './aws/access.ts';
import type { Clock, Random } from './clock.ts';
import { centralNamesOf, configurationHash } from './configuration/context.ts';
import type { Configuration } from './configuration/schema.ts';
import { validateConfiguration } from './configuration/validate.ts';
import { ConfigurationMismatchError } from './errors.ts';
import { resourceOf } from './grants/contract.ts';
import { desiredResources } from './plan/desired.ts';
import type { ConfigurationInForce, Store } from './store/ports.ts';

/** What is logged is structured: a message for people, fields for machines. Never a secret's value. */
export interface Logger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/** Everything that touches the world, passed in: a simulation passes its own. */
export interface Services {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly store: Store;
  readonly hub: HubClients;
  /** The organisation's accounts for one run: its id names the role sessions, whose credentials it shares. */
  aws(runId: string, configuration: Configuration): AwsAccess;
}

export interface ActiveConfiguration {
  readonly configuration: Configuration;
  readonly hash: string;
  /** Keys of resources that only an earlier configuration named, in accounts that are central still. */
  readonly dropped: readonly string[];
}

/**
 * The configuration in force.
 * @throws ConfigurationMismatchError where none was activated
 * @throws ConfigurationError where it was activated by a version of this project that knew another format
 */
export async function activeConfiguration(store: Store): Promise<ActiveConfiguration> {
  const inForce = await store.configuration.inForce();
  if (inForce === undefined)
    throw new ConfigurationMismatchError(
      'No configuration is in force. Run `onboarding activate --config FILE` to put one in force',
    );
  const configuration = validateConfiguration(
    inForce.document,
    `The configuration in force (${inForce.hash})`,
  );
  return { configuration, hash: inForce.hash, dropped: droppedOf(inForce, configuration) };
}

/**
 * Refuses a writer whose configuration is not the one in force.
 * @throws ConfigurationMismatchError
 */
export async function requireInForce(
  store: Store,
  configuration: Configuration,
): Promise<ActiveConfiguration> {
  const hash = configurationHash(configuration);
  const inForce = await store.configuration.inForce();
  if (inForce?.hash === hash) return { configuration, hash, dropped: droppedOf(inForce, configuration) };
  throw new ConfigurationMismatchError(
    inForce === undefined
      ? 'No configuration is in force. Run `onboarding activate` to put this one in force'
      : `This configuration (hash ${hash.slice(0, 12)}) is not the one in force (hash ${inForce.hash.slice(0, 12)}, ` +
          `activated at ${inForce.activatedAt} by ${inForce.activatedBy}). Run \`onboarding activate\` to put it in force`,
    { hash, inForce: inForce?.hash },
  );
}

function droppedOf(
  { resources = [] }: ConfigurationInForce,
  configuration: Configuration,
): readonly string[] {
  const named = new Set(desiredResources(configuration, []).map(({ key }) => key));
  return resources.filter(
    (key) => !named.has(key) && centralNamesOf(configuration, resourceOf(key).accountId).length > 0,
  );
}
