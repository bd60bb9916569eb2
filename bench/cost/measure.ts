import type { Random } from '../../shared/platform/clock.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import type { TableCall } from '../../simulator/simulated-store.ts';
import { inQuietTime } from '../burst/begin.ts';
import { type Lambda, lambda, traveling } from '../burst/conditions.ts';
import { latencies, pause } from '../burst/latencies.ts';
import { onboardNaively } from '../burst/naive.ts';
import { createScene, type Scene } from './scene.ts';
import { type CountedAwsCall, type CountedTableCall, createTally, type Tally } from './tally.ts';

export interface MeasuredRun {
  readonly table: readonly CountedTableCall[];
  readonly aws: readonly CountedAwsCall[];
  /** From the creation of the account to the end of the run, in milliseconds of simulated time. */
  readonly lasted: number;
  /** As `lasted`, to the last call of an update: the central accounts are written, read back and recorded. */
  readonly centralHalf: number;
}

export interface MeasuredOrganization {
  readonly accounts: number;
  /** An account is added. Each function starts a process. */
  readonly added: MeasuredRun;
  /** Its run is repeated by hand, with new processes. */
  readonly repeated: MeasuredRun;
  /** Another account is added a minute later, with the processes of the repeated run. */
  readonly next: MeasuredRun;
  /** As scripts do: read each policy, add the account, write the policy. */
  readonly naive: MeasuredRun;
}

const seed = 1;
const minute = 60_000;

/** Every call takes its usual time, so that runs can be compared. */
const usual: Random = () => 0.5;

/** @param accounts the size of the organization */
export const measureOrganization = (accounts: number): Promise<MeasuredOrganization> =>
  inQuietTime(seed, async (random) => {
    const scene = await createScene(random, accounts);
    const added = scene.addAccount();
    const first = await measureRun(scene, createProcesses(), added);
    const processes = createProcesses();
    const repeated = await measureRun(scene, processes, { ...added, event: undefined });
    await pause(minute);
    const next = await measureRun(scene, processes, scene.addAccount());
    return { accounts, added: first, repeated, next, naive: await measureNaive(random) };
  });

/** The processes of the functions, by the token of the function. */
interface Processes {
  readonly lambda: Lambda;
  readonly services: Map<string, Services>;
  tally?: Tally;
}

const createProcesses = (): Processes => ({
  lambda: lambda(usual),
  services: new Map(),
});

let runs = 0;

async function measureRun(
  scene: Scene,
  processes: Processes,
  { accountId, event }: { readonly accountId: string; readonly event: unknown },
): Promise<MeasuredRun> {
  const tally = createTally(accountId);
  processes.tally = tally;
  const ends = [tally.interceptAws, traveling(usual)].map((each) => scene.organization.intercept(each));
  const begun = Date.now();
  if (event !== undefined) await pause(latencies.event);
  runs += 1;
  const name = `cost-${runs}`;
  const services = scene.createServices();
  const { status, error } = await runLocally({
    services,
    name,
    input: event ?? { accountId },
    waits: 'real',
    around: processes.lambda.around,
    processOf: (token) => ({ services: findProcess(scene, processes, token), run: (act) => act() }),
  });
  const lasted = Date.now() - begun;
  for (const end of ends) end();
  const run = await services.store.runs.get(name);
  if (status !== 'SUCCEEDED' || run?.readiness?.ready !== true)
    throw new Error(`The run of ${accountId} is ${status}: ${error} ${run?.reason}`);
  const updates = tally.table.filter(({ functionToken }) => functionToken.startsWith('Update'));
  const centralHalf = Math.max(begun, ...updates.map(({ at }) => at)) - begun;
  return { table: tally.table, aws: tally.aws, lasted, centralHalf };
}

function findProcess(scene: Scene, processes: Processes, token: string): Services {
  const cached = processes.services.get(token);
  if (cached !== undefined) return cached;
  const services = scene.createServices(async (call, proceed) => {
    await pause(tableLatency(call));
    return processes.tally?.interceptTable(token)(call, proceed) ?? proceed();
  });
  processes.services.set(token, services);
  return services;
}

const tableLatency = ({ operation }: TableCall): number =>
  operation === 'TransactWriteItems' ? latencies.table.transaction : latencies.table.item;

async function measureNaive(random: Random): Promise<MeasuredRun> {
  const scene = await createScene(random, 0);
  const { accountId, event } = scene.addAccount();
  const tally = createTally(accountId);
  for (const each of [tally.interceptAws, traveling(usual)]) scene.organization.intercept(each);
  const begun = Date.now();
  await pause(latencies.event + latencies.coldStart);
  await onboardNaively(scene, createSimulatedServices(scene.organization, { quick: true }), event);
  const lasted = Date.now() - begun;
  return { table: [], aws: tally.aws, lasted, centralHalf: lasted };
}
