import { AsyncLocalStorage } from 'node:async_hooks';
import { importOrganization } from '../../../shared/accounts/registry.ts';
import type { Configuration } from '../../../shared/configuration/schema.ts';
import type { Logger } from '../../../shared/platform/logger.ts';
import type { Services } from '../../../shared/reconcile/services.ts';
import { activateConfiguration } from '../../../shared/runs/activate.ts';
import { createMemoryStore } from '../../../shared/store/memory.ts';
import type { Store } from '../../../shared/store/ports.ts';
import type { DeployedMachine } from '../../../simulator/deployed-machines.ts';
import { runLocally } from '../../../simulator/local-deployment.ts';
import type { Interceptor, SimulatedCall } from '../../../simulator/plugin.ts';
import { createSimulatedServices } from '../../../simulator/simulated-services.ts';
import type { Violation } from '../accounts/write-observer.ts';
import { createFaults, drawRates, noFaults } from '../faults.ts';
import { createFunctionCrashes, type FunctionCrashes } from '../function-crashes.ts';
import { getFunctionTimeout } from '../function-timeouts.ts';
import { createDraw, createSeededRandom } from '../random.ts';
import { createProcessClock, epoch, runInSimulatedTime } from '../time.ts';
import { playRotationActions } from './actions.ts';
import type { FunctionUnderTest, RotationContext } from './context.ts';
import { createRotationFunction } from './function.ts';
import { findRotationViolations } from './invariants.ts';
import { observeRotations, type RotationObserver } from './observer.ts';
import { drawRotations, type RotationScenario } from './scenario.ts';

export interface RotationPlayOptions {
  readonly seed: number;
  /** Wraps the store for the code: a planted fault of a test. */
  readonly around?: (store: Store) => Store;
  /** Wraps the calls of AWS. Default: nothing. */
  readonly between?: Interceptor;
  /** Default: the project's own rotation function. */
  readonly rotationFunction?: FunctionUnderTest;
  /** Whether events and the scheduled check start runs. Default: yes. */
  readonly hub?: boolean;
}

export interface RotationsPlayed {
  readonly seed: number;
  readonly violations: readonly Violation[];
  /** How often another version of a secret became current. */
  readonly rotations: number;
  readonly runs: number;
  /** Deployments of secrets that took effect; lost answers to starts; second starts after lost answers. */
  readonly starts: number;
  readonly ambiguous: number;
  readonly doubled: number;
  /** Milliseconds of simulated time. */
  readonly lasted: number;
  /** The history in order: equal for equal seeds. */
  readonly history: readonly string[];
}

/** Random plays of secrets that are rotated and deployed, from the first deployment to the quiet at the end. */
export async function playRotations(options: RotationPlayOptions): Promise<RotationsPlayed> {
  await prepareRotationCode();
  return runInSimulatedTime(createSeededRandom(-options.seed), () => playNow(options));
}

/** Each play waits for it. Measurements of plays wait for it before. */
export const prepareRotationCode = (): Promise<void> => {
  warm ??= warmUp();
  return warm;
};

let warm: Promise<void> | undefined;

/** In simulated time no step may wait for the disk, so modules that are loaded on first use are loaded before. */
async function warmUp(): Promise<void> {
  const { organization, configuration, secrets } = drawRotations(createDraw(createSeededRandom(0)));
  const services = createSimulatedServices(organization, { quick: true });
  await prepare(services, configuration);
  const [secret] = secrets;
  const input = { secretId: secret?.arn, versionId: 'none' };
  await runLocally({ machine: 'config-deployment', services, name: 'first', input });
  await runLocally({ machine: 'organization-sweep', services, name: 'second', input: {} });
}

async function prepare(services: Services, configuration: RotationScenario['configuration']): Promise<void> {
  const { store, hub, clock, random } = services;
  await importOrganization({ registry: store.registry, organizations: hub.organizations, clock, random });
  await activateConfiguration(services, configuration, 'the simulation');
}

async function playNow(options: RotationPlayOptions): Promise<RotationsPlayed> {
  const { stage, runs, stop } = setUp(options);
  const { organization, configuration, inner, faults: wrong, watch } = stage;
  await prepare(createSimulatedServices(organization, { store: inner, quick: true }), configuration);
  let rotations = 0;
  organization.onEvent((event) => {
    rotations += event['detail-type'] === 'Secret Label Updated' ? 1 : 0;
  });
  await playRotationActions(stage, { begin: () => wrong.set(drawRates(stage.draw)), end: stop });
  const violations = [...watch.violations, ...(await findRotationViolations(stage))];
  return {
    seed: options.seed,
    violations,
    rotations,
    runs: runs(),
    ...watch.counts(),
    lasted: Date.now() - epoch,
    history: stage.history,
  };
}

function setUp({
  seed,
  around = (store) => store,
  between,
  rotationFunction = createRotationFunction,
  hub = true,
}: RotationPlayOptions) {
  const drawn = createDraw(createSeededRandom(seed));
  const scenario = drawRotations(drawn);
  const { organization } = scenario;
  const history: string[] = [];
  const now = (): number => Date.now() - epoch;
  const note = (what: string): void => void history.push(`${now()} ${what}`);
  const watch = observeRotations(organization, now);
  const wrong = createFaults(drawn, hasNumber);
  const death = { deathRate: drawn.pick([0, 0, 30, 100]), onLateWrite: wrong.late };
  const dying = createFunctionCrashes(drawn, { ...death, timeoutOf: getFunctionTimeout });
  const functionCrashes = createFunctionCrashes(drawn, { ...death, timeoutOf: () => undefined, wakeRate: 0 });
  for (const interceptor of [
    watch.inner,
    ...(between === undefined ? [] : [between]),
    wrong.interceptor,
    ((call, proceed) =>
      hasNumber(call) ? dying.interceptor(call, proceed) : proceed()) satisfies Interceptor,
    functionCrashes.interceptor,
    watch.outer,
  ])
    organization.intercept(interceptor);
  const active = { configuration: scenario.configuration };
  const inner = seen(createMemoryStore(), watch);
  const store = dying.slowed(around(inner));
  const logger = loggerOf(watch);
  const base = {
    ...scenario,
    draw: drawn,
    inner,
    faults: wrong,
    functionCrashes,
    watch,
    logger,
    history,
    hub,
    active,
    denials: [],
  };
  const { start, runs } = starter({ ...base, note }, store, dying);
  const configure = () => configureAnew({ ...base, note });
  const stage: RotationContext = { ...base, rotationFunction, start, configure, note };
  const stop = (): void => {
    wrong.set(noFaults);
    for (const each of [dying, functionCrashes]) each.stop();
  };
  return { stage, runs, stop };
}

type Unstarted = Omit<RotationContext, 'start' | 'configure' | 'rotationFunction'>;

/**
 * When a configuration begins or stops naming a secret, its targets are searched again, and problems are reported
 * again.
 */
async function configureAnew({ organization, inner, active, secrets, denials, configured }: Unstarted) {
  const before = active.configuration;
  active.configuration = configured();
  const namedIn = ({ secretDeployment }: Configuration, arn: string): boolean =>
    secretDeployment?.targets.some(({ secret }) => secret === arn) === true;
  for (const { arn } of secrets)
    if (namedIn(before, arn) !== namedIn(active.configuration, arn)) denials.push(arn);
  const services = createSimulatedServices(organization, { store: inner, quick: true });
  await activateConfiguration(services, active.configuration, 'a person');
}

/** Executions of the deployed state machines. Each is a process with a clock of its own. */
function starter(
  { organization, draw, logger, watch, inner, note }: Unstarted,
  store: Store,
  dying: FunctionCrashes,
) {
  let executions = 0;
  // A deployment request by event is no part of the function, and outlives it.
  const outside = AsyncLocalStorage.snapshot();
  const startNow = async (input: unknown, machine: DeployedMachine): Promise<string> => {
    executions += 1;
    const name = `run-${executions}`;
    note(`${name} starts ${JSON.stringify(input).slice(0, 160)}`);
    const services = {
      ...createSimulatedServices(organization, { store, logger, quick: true }),
      clock: createProcessClock(draw.between(-4_000, 4_000)),
    };
    const onState = (event: object): void => watch.look('a state', event);
    // Step Functions has one clock, whatever clocks the functions have.
    const startedAt = new Date().toISOString();
    const run = { machine, services, name, startedAt, input, around: dying.around, onState };
    const { status, error } = await runLocally({ ...run, waits: 'real' });
    const record = await inner.runs.get(name);
    note(`${name} ${status} ${error ?? ''} ${record?.reason ?? ''}`);
    return name;
  };
  const start: RotationContext['start'] = (input, machine = 'config-deployment') =>
    outside(() => startNow(input, machine));
  return { start, runs: () => executions };
}

/**
 * The first deployment of an environment has no number by which AppConfig could reject a late start
 * (docs/rotation-deliveries.md). So here it is never late.
 */
const hasNumber = ({ operation, input }: SimulatedCall): boolean =>
  operation !== 'StartDeployment' || 'LatestDeploymentNumber' in input;

/** The store. Nothing in it may contain a value. */
const seen = (store: Store, watch: RotationObserver): Store => {
  const { outbox, runs } = store;
  return {
    ...store,
    outbox: {
      ...outbox,
      put: async (delivery, expected) => {
        watch.look('the outbox', delivery);
        const isStored = await outbox.put(delivery, expected);
        if (isStored) watch.wishes.stored(delivery);
        return isStored;
      },
    },
    runs: {
      ...runs,
      put: (run) => {
        watch.look('a record', run);
        return runs.put(run);
      },
    },
  };
};

function loggerOf(watch: RotationObserver): Logger {
  const log = (message: string, fields?: object): void => watch.look('the log', { message, fields });
  return { debug: log, info: log, warn: log, error: log };
}
