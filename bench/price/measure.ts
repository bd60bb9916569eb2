import { ensureOu } from '../../simulator/example-organization.ts';
import { type LocalRun, runLocally } from '../../simulator/local-deployment.ts';
import { inQuietTime } from '../burst/begin.ts';
import { lambda, traveling } from '../burst/conditions.ts';
import { drawn, latencies, pause } from '../burst/latencies.ts';
import { createScene, type Scene } from '../cost/scene.ts';
import { createTally } from '../cost/tally.ts';
import { computeWriteUnits, type Use } from './use.ts';

export interface MeasuredUse {
  /** Accounts of the organization. */
  readonly accounts: number;
  /** The run of a new account. */
  readonly run: Use;
  /** A sweep that finds nothing to do. */
  readonly sweep: Use;
}

const seed = 1;

/** Of the functions, except those of central accounts and of the sweep, which have as much (serverless.yml). */
const gigabytes = 0.5;

/** @param accounts the size of the organization */
export const measureUse = (accounts: number): Promise<MeasuredUse> =>
  inQuietTime(seed, async (random) => {
    const scene = await createScene(random, 0);
    const { organization } = scene;
    const parentId = ensureOu(organization, 'Elsewhere');
    for (let number = organization.world.accounts.size + 1; number < accounts; number += 1)
      organization.addAccount({ id: String(700_000_000_000 + number), name: `workload-${number}`, parentId });
    await measure(scene, random, { machine: 'organization-sweep', name: 'first-sweep', input: {} });
    const sweep = await measure(scene, random, { machine: 'organization-sweep', name: 'sweep', input: {} });
    const { accountId, event } = scene.addAccount();
    const run = await measure(scene, random, { name: 'run', input: event ?? { accountId } });
    return { accounts, run, sweep };
  });

async function measure(
  scene: Scene,
  random: () => number,
  run: Pick<LocalRun, 'machine' | 'name' | 'input'>,
): Promise<Use> {
  const tally = createTally('');
  const environments = lambda(random);
  const used = { transitions: 0, invocations: 0, milliseconds: 0, writeUnits: 0, logBytes: 0 };
  const log = (message: string, fields: object = {}) => {
    used.logBytes += JSON.stringify({ ...fields, message }).length + envelope;
  };
  const end = scene.organization.intercept(traveling(random));
  const services = {
    ...scene.createServices(async (call, proceed) => {
      used.writeUnits += computeWriteUnits(call);
      await pause(drawn(random, latencies.table.item));
      return tally.interceptTable('')(call, proceed);
    }),
    logger: { debug: () => {}, info: log, warn: log, error: log },
  };
  const { status, error } = await runLocally({
    ...run,
    services,
    waits: 'real',
    onState: ({ type }) => {
      if (type === 'entered') used.transitions += 1;
    },
    around: (token, invoke) =>
      environments.around(token, async () => {
        const begun = Date.now();
        try {
          return await invoke();
        } finally {
          used.invocations += 1;
          used.milliseconds += Date.now() - begun;
        }
      }),
  });
  end();
  if (status !== 'SUCCEEDED') throw new Error(`${run.name} is ${status}: ${error}`);
  const { milliseconds, ...counted } = used;
  return {
    ...counted,
    gigabyteSeconds: (milliseconds / 1_000) * gigabytes,
    readUnits: tally.table.reduce((total, { readUnits }) => total + readUnits, 0),
  };
}

/** Bytes that Lambda and the logger add to each line: time, request, function, trace. */
const envelope = 400;
