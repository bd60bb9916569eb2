import { importOrganization } from '../shared/accounts/registry.ts';
import { installationName } from '../shared/configuration/installation-names.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import type { ConfiguredSearch } from '../shared/configuration/searches.ts';
import { type CallCounts, countCalls } from '../shared/platform/aws/plugins.ts';
import type { Clock, Random } from '../shared/platform/clock.ts';
import type { Logger } from '../shared/platform/logger.ts';
import type { Services } from '../shared/reconcile/services.ts';
import { activateConfiguration } from '../shared/runs/activate.ts';
import type { Store } from '../shared/store/ports.ts';
import { deployEventRules, deployHub } from '../simulator/event-rules.ts';
import { addExampleMatches } from '../simulator/example-finds.ts';
import { createExampleOrganization } from '../simulator/example-organization.ts';
import { runLocally } from '../simulator/local-deployment.ts';
import { addMemberStackSets } from '../simulator/member-stack-sets.ts';
import type { SimulatedOrganization } from '../simulator/organization.ts';
import { createSimulatedServices } from '../simulator/simulated-services.ts';
import { passTime } from './simulated-time.ts';

export interface Simulation {
  readonly configuration: Configuration;
  readonly organization: SimulatedOrganization;
  readonly services: Services;
  /** AWS calls since the last reset. */
  readonly calls: CallCounts;
}

export interface SimulationOptions {
  readonly logger?: Logger;
  /** Default: a new one in memory. */
  readonly createStore?: (organization: SimulatedOrganization) => Store;
  /** Default: a simulated clock. A pause returns at once and moves the time on. */
  readonly clock?: Clock;
  /** The searches that find a resource. Default: all of them. */
  readonly finds?: (search: ConfiguredSearch) => boolean;
}

/** The organization of the example for a configuration, before any account has been onboarded. */
export function createSimulation(configuration: Configuration, options: SimulationOptions = {}): Simulation {
  const organization = createExampleOrganization(configuration, {
    clock: options.clock ?? impatientClock(),
    random: seeded(20_260_302),
  });
  addExampleMatches(organization, configuration, options.finds);
  addMemberStackSets(organization, configuration);
  deployEventRules(organization.world, installationName(configuration));
  deployHub(organization.world, configuration);
  const calls: CallCounts = {};
  const services = createSimulatedServices(organization, {
    plugins: [countCalls(calls)],
    ...(options.createStore === undefined ? {} : { store: options.createStore(organization) }),
    ...(options.logger === undefined ? {} : { logger: options.logger }),
  });
  return { configuration, organization, services, calls };
}

/** Activates the configuration and fills the registry, as an operator does after the first deployment. */
export async function prepareDeployment(services: Services, configuration: Configuration): Promise<void> {
  const { store, hub, clock, random } = services;
  await activateConfiguration(services, configuration, 'the command line');
  const { organizations } = hub;
  await importOrganization({ registry: store.registry, organizations, clock, random });
}

/** Onboards every account with one run, which brings each policy up to date. Its calls are not counted. */
export async function onboardEveryone({ services, configuration, calls }: Simulation): Promise<void> {
  const input = { accountId: configuration.organization.managementAccount, mode: 'sync' };
  await runLocally({ services, name: 'everyone-before', input, around: passTime(services) });
  forgetCalls(calls);
}

export function forgetCalls(calls: CallCounts): void {
  for (const call of Object.keys(calls)) delete calls[call];
}

/** A clock that begins at the present time. A pause moves the time on and returns at once. */
function impatientClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    sleep: async (milliseconds) => {
      ahead += milliseconds;
    },
  };
}

/**
 * A generator of random numbers (Park and Miller). It gives the same numbers each time, so that a simulation can be
 * repeated.
 */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
