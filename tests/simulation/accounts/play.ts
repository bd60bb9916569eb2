import { parseStoredConfiguration } from '../../../shared/configuration/active-configuration.ts';
import type { Configuration } from '../../../shared/configuration/schema.ts';
import { activateConfiguration } from '../../../shared/runs/activate.ts';
import { createMemoryStore } from '../../../shared/store/memory.ts';
import type { Store } from '../../../shared/store/ports.ts';
import type { DeployedMachine } from '../../../simulator/deployed-machines.ts';
import { runLocally } from '../../../simulator/local-deployment.ts';
import type { Interceptor } from '../../../simulator/plugin.ts';
import { rateLimits } from '../../../simulator/rates.ts';
import { simulatedServices } from '../../../simulator/simulated-services.ts';
import { approver } from '../approver.ts';
import { drawRates, faults, noFaults } from '../faults.ts';
import { deaths } from '../function-crashes.ts';
import { functionTimeouts } from '../function-timeouts.ts';
import { namedKeysOf } from '../oracle/expected.ts';
import { refOf } from '../oracle/resources.ts';
import { placeOf } from '../places.ts';
import { draw, seeded } from '../random.ts';
import { retries } from '../retries.ts';
import { epoch, inSimulatedTime, processClock } from '../time.ts';
import { acts } from './actions.ts';
import { newInForce } from './active-configurations.ts';
import type { Stage } from './context.ts';
import { newDenials } from './denials.ts';
import { newCare } from './expected-accounts.ts';
import { newTrespasses } from './external-edits-to-ours.ts';
import { begin } from './first-activation.ts';
import { handledViolations, settledViolations } from './invariants.ts';
import { noting } from './observable-store.ts';
import { newOuMemory } from './ou-memory.ts';
import { countedTooEarly } from './premature-revision.ts';
import { newProtocol } from './protocol.ts';
import { accountId, drawScenario } from './scenario.ts';
import { lag } from './stale-listings.ts';
import { type Violation, watch } from './write-observer.ts';

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
  await ready();
  return inSimulatedTime(seeded(-options.seed), () => playNow(options));
}

/** Each play waits for it; whoever measures them waits before. */
export const ready = (): Promise<void> => {
  warm ??= warmUp();
  return warm;
};

let warm: Promise<void> | undefined;

/**
 * In simulated time nothing may wait for the disk. So what the SDK, the runner and the machines load when they are
 * first used is loaded before.
 */
async function warmUp(): Promise<void> {
  const drawn = draw(seeded(0));
  const { organization, configuration } = drawScenario(drawn, 1, 1);
  const services = simulatedServices(organization, { quick: true });
  await runLocally({ machine: 'organization-sweep', services, name: 'first', input: {} });
  await activateConfiguration(services, configuration, 'the simulation');
  await runLocally({ machine: 'organization-sweep', services, name: 'second', input: {} });
  await runLocally({ services, name: 'third', input: { accountId: accountId(1) } });
}

async function playNow(options: PlayOptions): Promise<Played> {
  const stage = setUp(options);
  await begin(stage);
  stage.faults.set(drawRates(stage.draw));
  stage.lag.note();
  await acts(stage);
  stage.faults.set(noFaults);
  stage.deaths.stop();
  stage.denials.stop();
  stage.lag.stop();
  const violations = [...(await handledViolations(stage)), ...(await settledViolations(stage))];
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

function setUp({ seed, accounts, around = (store) => store, between }: PlayOptions): Stage {
  const drawn = draw(seeded(seed));
  const scenario = drawScenario(drawn, accounts ?? drawn.between(0, drawn.pick([2, 5, 8])));
  const { organization, configuration: first, successors } = scenario;
  const inForce = newInForce(first, successors);
  const registered = new Set<string>();
  const trespasses = newTrespasses();
  const named = keysNamedBy(inForce.all);
  const history: string[] = [];
  const person = approver({
    draw: drawn,
    services: () => simulatedServices(organization, { store: inner, quick: true }),
    timeOut: (token) =>
      void organization.world.tasks.end(token, { type: 'failed', error: 'States.Timeout', cause: '' }),
    note: (text) => void history.push(`${now()} ${text}`),
  });
  const wrong = faults(drawn);
  const protocol = newProtocol({
    world: organization.world,
    faults: wrong,
    violated: (what) => void watching.violations.push({ at: now(), what }),
  });
  const inner: Store = person.told(
    noting(protocol.around(createMemoryStore()), {
      onRegistered: ({ id, approval }) => {
        registered.add(id);
        if (approval === undefined && !inForce.atWork().every(asksForAll)) person.approve([id]);
      },
      onSettled: (key) => trespasses.settled(placeOf(organization.world, refOf(key))?.arn),
      onActivated: (item) => inForce.activated(parseStoredConfiguration(item)),
    }),
  );
  const waking = draw(seeded(~seed));
  const dying = deaths(drawn, {
    timeouts: functionTimeouts,
    deathRate: drawn.pick([0, 0, 30, 100]),
    // A random stream of its own: the time of a wake-up changes no other draw.
    wakesAfter: () => waking.pick([waking.between(0, 60_000), waking.between(0, 400_000)]),
    onLateWrite: wrong.late,
  });
  const denials = newDenials();
  const lagging = lag(organization, drawn);
  const now = (): number => Date.now() - epoch;
  const watching = watch({
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
      const key = named.find((each) => placeOf(organization.world, refOf(each))?.arn === place.arn);
      return key === undefined
        ? broken
        : [...broken, ...(await countedTooEarly(stage, key, { place, before }))];
    },
  });
  organization.intercept(lagging.interceptor);
  organization.intercept(rateLimits({ clock: processClock() }).interceptor);
  organization.intercept(watching.interceptor);
  if (between !== undefined) organization.intercept(between);
  organization.intercept(denials.interceptor);
  for (const interceptor of [wrong.interceptor, retries(drawn), dying.interceptor, protocol.interceptor])
    organization.intercept(interceptor);
  const care = newCare(inForce);
  const store = dying.slowed(around(inner));
  const shared = simulatedServices(organization, { store, quick: true });
  let executions = 0;
  const start = async (input: unknown, machine: DeployedMachine = 'account-onboarding'): Promise<void> => {
    executions += 1;
    const name = `run-${executions}`;
    history.push(`${now()} ${name} starts ${machine} ${JSON.stringify(input).slice(0, 60)}`);
    const services = { ...shared, clock: processClock(drawn.between(-4_000, 4_000)) };
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
      if ((await inner.registry.account(id))?.revision === revision) answersFor.push(id);
    care.ended(run, { startedAt, verifiedAt, answersFor });
    if (run?.status === 'succeeded' && run.accountIds.length > 0)
      watching.violations.push(...(await handledViolations(stage, run.accountIds)));
  };
  const stage: Stage = {
    ...scenario,
    inForce,
    named,
    get configuration() {
      return inForce.now;
    },
    draw: drawn,
    store,
    inner,
    faults: wrong,
    deaths: dying,
    denials,
    watch: watching,
    care,
    person,
    lag: lagging,
    ous: newOuMemory(),
    trespasses,
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
