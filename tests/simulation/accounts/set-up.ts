import { parseStoredConfiguration } from '../../../shared/configuration/active-configuration.ts';
import type { Configuration } from '../../../shared/configuration/schema.ts';
import { createMemoryStore } from '../../../shared/store/memory.ts';
import type { Store } from '../../../shared/store/ports.ts';
import type { Interceptor } from '../../../simulator/plugin.ts';
import { createRateLimits } from '../../../simulator/rates.ts';
import { createSimulatedServices } from '../../../simulator/simulated-services.ts';
import { type Approver, createApprover } from '../approver.ts';
import { createFaults } from '../faults.ts';
import { createFunctionCrashes, type FunctionCrashes } from '../function-crashes.ts';
import { getFunctionTimeout } from '../function-timeouts.ts';
import { namedKeysOf } from '../oracle/expected.ts';
import { refOf } from '../oracle/resources.ts';
import { findPolicyResource } from '../policy-resources.ts';
import { createDraw, createSeededRandom } from '../random.ts';
import { createRetries } from '../retries.ts';
import { createProcessClock, epoch } from '../time.ts';
import { createActiveConfigurations } from './active-configurations.ts';
import type { SimulationContext } from './context.ts';
import { createDenials } from './denials.ts';
import { createExecutions } from './executions.ts';
import { createExpectedAccounts } from './expected-accounts.ts';
import { createManagedEdits } from './external-edits-to-ours.ts';
import { createObservableStore } from './observable-store.ts';
import { createOuMemory } from './ou-memory.ts';
import { findCountedTooEarly } from './premature-revision.ts';
import { createProtocol, type Protocol } from './protocol.ts';
import { drawScenario } from './scenario.ts';
import { createStaleListings } from './stale-listings.ts';
import { asksForAll, namesOnlyApproved } from './unapproved-access.ts';
import { observeWrites, type WriteObserver } from './write-observer.ts';

export interface PlayOptions {
  readonly seed: number;
  /** Accounts besides the central ones at the beginning. Default: drawn, 0 to 8. */
  readonly accounts?: number;
  /** Wraps the store for the code: a planted fault of a test. */
  readonly around?: (store: Store) => Store;
  /** Wraps the calls of AWS. Default: nothing. */
  readonly between?: Interceptor;
}

/** The parts of a play. The order in which they draw random numbers is part of a seed's meaning. */
export function setUp({
  seed,
  accounts,
  around = (store) => store,
  between,
}: PlayOptions): SimulationContext {
  const beginning = begin(seed, accounts);
  const { organization, activeConfigurations, draw, faults } = beginning;
  // The parts use one another only while the play runs.
  const context = (): SimulationContext => stage;
  const protocol = createProtocol({
    world: organization.world,
    faults,
    violated: (what) => void watch.violations.push({ at: now(), what }),
  });
  const { inner, person } = createTable(beginning, protocol);
  const crashes = createCrashes(beginning, seed);
  const denials = createDenials();
  const staleListings = createStaleListings(organization, draw);
  const watch = watchWrites(beginning, { person, protocol, context });
  for (const interceptor of [
    staleListings.interceptor,
    createRateLimits({ clock: createProcessClock() }).interceptor,
    watch.interceptor,
    ...(between === undefined ? [] : [between]),
    denials.interceptor,
    faults.interceptor,
    createRetries(draw),
    crashes.interceptor,
    protocol.interceptor,
  ])
    organization.intercept(interceptor);
  const store = crashes.slowed(around(inner));
  const parts = { store, inner, crashes, denials, watch, person, staleListings, ous: createOuMemory() };
  const stage: SimulationContext = {
    ...beginning,
    ...parts,
    get configuration() {
      return activeConfigurations.now;
    },
    expectedAccounts: createExpectedAccounts(activeConfigurations),
    ...createExecutions({ organization, store, context }),
    rough: draw.chance(0.2),
  };
  return stage;
}

const now = (): number => Date.now() - epoch;

type Beginning = ReturnType<typeof begin>;

function begin(seed: number, accounts?: number) {
  const draw = createDraw(createSeededRandom(seed));
  const scenario = drawScenario(draw, accounts ?? draw.between(0, draw.pick([2, 5, 8])));
  const activeConfigurations = createActiveConfigurations(scenario.configuration, scenario.successors);
  return {
    ...scenario,
    activeConfigurations,
    draw,
    faults: createFaults(draw),
    /** Ids of the accounts that the registry has held. */
    registered: new Set<string>(),
    managedEdits: createManagedEdits(),
    named: keysNamedBy(activeConfigurations.all),
    history: [] as string[],
  };
}

const keysNamedBy = (configurations: readonly Configuration[]): readonly string[] => [
  ...new Set(configurations.flatMap(namedKeysOf)),
];

/** The table, and the operator who answers its requests. */
function createTable(beginning: Beginning, protocol: Protocol): { inner: Store; person: Approver } {
  const { activeConfigurations, draw, history, managedEdits, organization, registered } = beginning;
  const { world } = organization;
  const person = createApprover({
    draw,
    services: () => createSimulatedServices(organization, { store: inner, quick: true }),
    timeOut: (token) => void world.tasks.end(token, { type: 'failed', error: 'States.Timeout', cause: '' }),
    note: (text) => void history.push(`${now()} ${text}`),
  });
  const inner = person.told(
    createObservableStore(protocol.around(createMemoryStore()), {
      onRegistered: ({ id, approval }) => {
        registered.add(id);
        if (approval === undefined && !activeConfigurations.atWork().every(asksForAll)) person.approve([id]);
      },
      onSettled: (key) => managedEdits.settled(findPolicyResource(world, refOf(key))?.arn),
      onActivated: (item) => activeConfigurations.activated(parseStoredConfiguration(item)),
    }),
  );
  return { inner, person };
}

function createCrashes({ draw, faults }: Beginning, seed: number): FunctionCrashes {
  // A random stream of its own: the time of a wake-up changes no other draw.
  const waking = createDraw(createSeededRandom(~seed));
  return createFunctionCrashes(draw, {
    timeoutOf: getFunctionTimeout,
    deathRate: draw.pick([0, 0, 30, 100]),
    wakesAfter: () => waking.pick([waking.between(0, 60_000), waking.between(0, 400_000)]),
    onLateWrite: faults.late,
  });
}

interface Observers {
  readonly person: Approver;
  readonly protocol: Protocol;
  readonly context: () => SimulationContext;
}

function watchWrites(beginning: Beginning, { person, protocol, context }: Observers): WriteObserver {
  const { activeConfigurations, faults, managedEdits, named, organization, registered } = beginning;
  return observeWrites({
    organization,
    inForce: activeConfigurations,
    faults,
    mayNotBeNamed: (id) => {
      if (!registered.has(id)) return 'is not in the registry';
      const needsApproval = namesOnlyApproved(activeConfigurations);
      return needsApproval && !person.approved.has(id) ? 'was never approved' : undefined;
    },
    now: Date.now,
    onWrite: async (resource, before, call) => {
      managedEdits.written(resource.arn);
      const broken = await protocol.written(call, resource, before);
      const key = named.find(
        (each) => findPolicyResource(organization.world, refOf(each))?.arn === resource.arn,
      );
      return key === undefined
        ? broken
        : [...broken, ...(await findCountedTooEarly(context(), key, { place: resource, before }))];
    },
  });
}
