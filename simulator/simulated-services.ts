import { accessOfRuns, hubClients } from '../shared/aws/access.ts';
import { perRun } from '../shared/aws/per-run.ts';
import type { ClientPlugin } from '../shared/aws/plugins.ts';
import type { Logger, Services } from '../shared/services.ts';
import { memoryStore } from '../shared/store/memory.ts';
import type { Store } from '../shared/store/ports.ts';
import type { SimulatedOrganisation } from './organisation.ts';

export interface SimulatedServicesOptions {
  /** Default: a new one in memory. */
  readonly store?: Store;
  /** Default: says nothing. */
  readonly logger?: Logger;
  /** Beside the simulator's own, such as `countCalls`. */
  readonly plugins?: readonly ClientPlugin[];
  /** Clients without the SDK's own middlewares, ten times as fast. Default: with them. */
  readonly quick?: boolean;
}

const ignore = (): void => {};

export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** The services that the functions get: the production clients, answered by the organisation, on its clock. */
export function simulatedServices(
  organisation: SimulatedOrganisation,
  {
    store = memoryStore(),
    logger = silentLogger,
    plugins = [],
    quick = false,
  }: SimulatedServicesOptions = {},
): Services {
  const { clock, random, homeRegion } = organisation.world.settings;
  const settings = {
    region: homeRegion,
    credentials: organisation.hubCredentials,
    plugins: [...plugins, organisation.plugin({ quick })],
  };
  const access = accessOfRuns({ ...settings, clock });
  return {
    clock,
    random,
    logger,
    store,
    hub: hubClients(settings),
    aws: perRun((runId, { partition, spokeRole }) => access({ runId, partition, spokeRole })),
  };
}
