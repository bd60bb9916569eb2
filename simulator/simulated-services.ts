import { createHubClients, createRunAccess } from '../shared/platform/aws/access.ts';
import { memoizeByRun } from '../shared/platform/aws/per-run.ts';
import type { ClientPlugin } from '../shared/platform/aws/plugins.ts';
import { toUpdateFunctionName } from '../shared/platform/central-accounts.ts';
import type { Logger } from '../shared/platform/logger.ts';
import type { Services } from '../shared/reconcile/services.ts';
import { createMemoryStore } from '../shared/store/memory.ts';
import type { Store } from '../shared/store/ports.ts';
import type { SimulatedOrganization } from './organization.ts';

export interface SimulatedServicesOptions {
  /** Default: a new one in memory. */
  readonly store?: Store;
  /** Default: logs nothing. */
  readonly logger?: Logger;
  /** Plugins for each client, besides the plugin of the simulator. Example: `countCalls`. */
  readonly plugins?: readonly ClientPlugin[];
  /** Clients without the SDK's own middlewares, ten times as fast. Default: with them. */
  readonly quick?: boolean;
}

const ignore = (): void => {};

export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/**
 * The services for the functions, with the clients that production uses. The simulated organization answers their
 * calls, and its clock gives the time.
 */
export function createSimulatedServices(
  organization: SimulatedOrganization,
  {
    store = createMemoryStore(),
    logger = silentLogger,
    plugins = [],
    quick = false,
  }: SimulatedServicesOptions = {},
): Services {
  const { clock, random, homeRegion } = organization.world.settings;
  const settings = {
    region: homeRegion,
    credentials: organization.hubCredentials,
    plugins: [...plugins, organization.plugin({ quick })],
  };
  const access = createRunAccess({ ...settings, clock });
  return {
    clock,
    random,
    logger,
    store,
    hub: createHubClients(settings),
    aws: memoizeByRun((runId, { partition, spokeRole, centralAccounts, template }) =>
      access({ runId, partition, spokeRole, centralAccounts, template }),
    ),
    findUpdateFunction: toUpdateFunctionName,
  };
}
