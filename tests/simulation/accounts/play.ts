import { parseStoredConfiguration } from '../../../shared/configuration/active-configuration.ts';
import type { Configuration } from '../../../shared/configuration/schema.ts';
import { activateConfiguration } from '../../../shared/runs/activate.ts';
import { createMemoryStore } from '../../../shared/store/memory.ts';
import type { Store } from '../../../shared/store/ports.ts';
import type { DeployedMachine } from '../../../simulator/deployed-machines.ts';
import { runLocally } from '../../../simulator/local-deployment.ts';
import type { Interceptor } from '../../../simulator/plugin.ts';
import { createRateLimits } from '../../../simulator/rates.ts';
import { createSimulatedServices } from '../../../simulator/simulated-services.ts';
import { createApprover } from '../approver.ts';
import { createFaults, drawRates, noFaults } from '../faults.ts';
import { createFunctionCrashes } from '../function-crashes.ts';
import { functionTimeouts } from '../function-timeouts.ts';
import { namedKeysOf } from '../oracle/expected.ts';
import { refOf } from '../oracle/resources.ts';
import { findPolicyResource } from '../policy-resources.ts';
import { createDraw, createSeededRandom } from '../random.ts';
import { createRetries } from '../retries.ts';
import { createProcessClock, epoch, runInSimulatedTime } from '../time.ts';
import { playActions } from './actions.ts';
import { createActiveConfigurations } from './active-configurations.ts';
import type { SimulationContext } from './context.ts';
import { createDenials } from './denials.ts';
import { createExpectedAccounts } from './expected-accounts.ts';
import { createManagedEdits } from './external-edits-to-ours.ts';
import { activateFirst } from './first-activation.ts';
import { findHandledViolations, findSettledViolations } from './invariants.ts';
import { createObservableStore } from './observable-store.ts';
import { createOuMemory } from './ou-memory.ts';
import { findCountedTooEarly } from './premature-revision.ts';
import { createProtocol } from './protocol.ts';
import { accountId, drawScenario } from './scenario.ts';
import { createStaleListings } from './stale-listings.ts';
import { observeWrites, type Violation } from './write-observer.ts';

export interface PlayOptions {
  readonly seed: number;
  /** Accounts besides the central ones at the beginning. Default: drawn, 0 to 8. */
  readonly accounts?: number;
  /** Puts something between the code and its store: a planted fault of a test. */
  readonly around?: (store: Store) => Store;
  /** The same for calls of AWS. Default: nothing. */
  readonly between?: Interceptor;
}

export interface Played {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly runs: number;
  /** Policy writes that took effect. */
  readonly writes: number;
  readonly lostEdits: number;
  /** Milliseconds of simulated time. */
  readonly lasted: number;
  /** What happened, in order: the same for the same seed. */
  readonly history: readonly string[];
}

/** One random organization with a random fate, from its first import to the quiet at the end. */
export async function play(options: PlayOptions): Promise<Played> {
  await prepareCode();
  return runInSimulatedTime(createSeededRandom(-options.seed), () => playNow(options));
}

/** Each play waits for it; whoever measures them waits before. */
export const prepareCode = (): Promise<void> => {
  warm ??= warmUp();
  return warm;
};

let warm: Promise<void> | undefined;

/**
 * In simulated time nothing may wait for the disk. So what the SDK, the runner and the machines load when they are
 * first used is loaded before.
 */
async function warmUp(): Promise<void> {
  const drawn = createDraw(createSeededRandom(0));
  const { organization, configuration } = drawScenario(drawn, 1, 1);
  const services = createSimulatedServices(organization, { quick: true });
  await runLocally({ machine: 'organization-sweep', services, name: 'first', input: {} });
  await activateConfiguration(services, configuration, 'the simulation');
  await runLocally({ machine: 'organization-sweep', services, name: 'second', input: {} });
  await runLocally({ services, name: 'third', input: { accountId: accountId(1) } });
}

async function playNow(options: PlayOptions): Promise<Played> {
  const stage = setUp(options);
  await activateFirst(stage);
  stage.faults.set(drawRates(stage.draw));
  stage.staleListings.note();
  await playActions(stage);
  stage.faults.set(noFaults);
  stage.crashes.stop();
  stage.denials.stop();
  stage.staleListings.stop();
  const violations = [...(await findHandledViolations(stage)), ...(await findSettledViolations(stage))];
  return {
    seed: options.seed,
    violations: [...stage.watch.violations, ...violations],
    runs: stage.executions(),
    writes: stage.watch.writes(),
    lostEdits: stage.watch.lostEdits(),
    lasted: Date.now() - epoch,
    history: stage.history,
  };
}

function setUp({ seed, accounts, around = (store) => store, between }: PlayOptions): SimulationContext {
  const drawn = createDraw(createSeededRandom(seed));
  const scenario = drawScenario(drawn, accounts ?? drawn.between(0, drawn.pick([2, 5, 8])));
  const { organization, configuration: first, successors } = scenario;
  const inForce = createActiveConfigurations(first, successors);
  const registered = new Set<string>();
  const trespasses = createManagedEdits();
  const named = keysNamedBy(inForce.all);
  const history: string[] = [];
  const person = createApprover({
    draw: drawn,
    services: () => createSimulatedServices(organization, { store: inner, quick: true }),
    timeOut: (token) =>
      void organization.world.tasks.end(token, { type: 'failed', error: 'States.Timeout', cause: '' }),
    note: (text) => void history.push(`${now()} ${text}`),
  });
  const wrong = createFaults(drawn);
  const protocol = createProtocol({
    world: organization.world,
    faults: wrong,
    violated: (what) => void watching.violations.push({ at: now(), what }),
  });
  const inner: Store = person.told(
    createObservableStore(protocol.around(createMemoryStore()), {
      onRegistered: ({ id, approval }) => {
        registered.add(id);
        if (approval === undefined && !inForce.atWork().every(asksForAll)) person.approve([id]);
      },
      onSettled: (key) => trespasses.settled(findPolicyResource(organization.world, refOf(key))?.arn),
      onActivated: (item) => inForce.activated(parseStoredConfiguration(item)),
    }),
  );
  const waking = createDraw(createSeededRandom(~seed));
  const dying = createFunctionCrashes(drawn, {
    timeouts: functionTimeouts,
    deathRate: drawn.pick([0, 0, 30, 100]),
    // A random stream of its own: the time of a wake-up changes no other draw.
    wakesAfter: () => waking.pick([waking.between(0, 60_000), waking.between(0, 400_000)]),
    onLateWrite: wrong.late,
  });
  const denials = createDenials();
  const lagging = createStaleListings(organization, drawn);
  const now = (): number => Date.now() - epoch;
  const watching = observeWrites({
    organization,
    inForce,
    faults: wrong,
    mayNotBeNamed: (id) => {
      if (!registered.has(id)) return 'is not in the registry';
      // Whom a condition once let in unapproved may keep that until a person allows so many removals.
      const asks = inForce.atWork().every(asksForAll) && !inForce.had().some(letsInUnasked);
      if (asks && !person.approved.has(id)) return 'was never approved';
      return undefined;
    },
    now: Date.now,
    onWrite: async (place, before, call) => {
      trespasses.written(place.arn);
      const broken = await protocol.written(call, place, before);
      const key = named.find(
        (each) => findPolicyResource(organization.world, refOf(each))?.arn === place.arn,
      );
      return key === undefined
        ? broken
        : [...broken, ...(await findCountedTooEarly(stage, key, { place, before }))];
    },
  });
  organization.intercept(lagging.interceptor);
  organization.intercept(createRateLimits({ clock: createProcessClock() }).interceptor);
  organization.intercept(watching.interceptor);
  if (between !== undefined) organization.intercept(between);
  organization.intercept(denials.interceptor);
  for (const interceptor of [
    wrong.interceptor,
    createRetries(drawn),
    dying.interceptor,
    protocol.interceptor,
  ])
    organization.intercept(interceptor);
  const care = createExpectedAccounts(inForce);
  const store = dying.slowed(around(inner));
  const shared = createSimulatedServices(organization, { store, quick: true });
  let executions = 0;
  const start = async (input: unknown, machine: DeployedMachine = 'account-onboarding'): Promise<void> => {
    executions += 1;
    const name = `run-${executions}`;
    history.push(`${now()} ${name} starts ${machine} ${JSON.stringify(input).slice(0, 60)}`);
    const services = { ...shared, clock: createProcessClock(drawn.between(-4_000, 4_000)) };
    const startedAt = Date.now();
    let verifiedAt = startedAt;
    const revisions = new Map<string, number | undefined>();
    const { status, error } = await runLocally({
      machine,
      services,
      name,
      input,
      waits: 'real',
      tasks: organization.world.tasks,
      around: async (token, invoke) => {
        if (token === 'VerifyAccessFunctionArn') verifiedAt = Date.now();
        const output = await dying.around(token, invoke);
        if (token === 'RegisterAccountFunctionArn') noteRevision(revisions, output);
        return output;
      },
    });
    history.push(`${now()} ${name} ${status} ${error ?? ''}`);
    const run = await inner.runs.get(name);
    const answersFor: string[] = [];
    for (const [id, revision] of revisions)
      if ((await inner.registry.getAccount(id))?.revision === revision) answersFor.push(id);
    care.ended(run, { startedAt, verifiedAt, answersFor });
    if (run?.status === 'succeeded' && run.accountIds.length > 0)
      watching.violations.push(...(await findHandledViolations(stage, run.accountIds)));
  };
  const stage: SimulationContext = {
    ...scenario,
    activeConfigurations: inForce,
    named,
    get configuration() {
      return inForce.now;
    },
    draw: drawn,
    store,
    inner,
    faults: wrong,
    crashes: dying,
    denials,
    watch: watching,
    expectedAccounts: care,
    person,
    staleListings: lagging,
    ous: createOuMemory(),
    managedEdits: trespasses,
    rough: drawn.chance(0.2),
    history,
    executions: () => executions,
    start,
  };
  return stage;
}

/** What the function that registers an account has answered. */
function noteRevision(revisions: Map<string, number | undefined>, output: unknown): void {
  const { accountId, revision } = output as { readonly accountId: string; readonly revision?: number };
  revisions.set(accountId, revision);
}

const keysNamedBy = (configurations: readonly Configuration[]): readonly string[] => [
  ...new Set(configurations.flatMap(namedKeysOf)),
];

/** Whether it asks, and a condition lets in all the same. */
const letsInUnasked = (configuration: Configuration): boolean =>
  configuration.approval !== undefined && !asksForAll(configuration);

/** Whether nobody gets anything unapproved. A grant that a condition holds knows no approval. */
const asksForAll = ({ approval, grants }: Configuration): boolean =>
  approval !== undefined && grants.every(({ match = 'accounts' }) => match === 'accounts');
