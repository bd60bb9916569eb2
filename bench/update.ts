import { prepareDeployment } from '../cli/simulation.ts';
import { alignColumns } from '../cli/table.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { createExampleOrganization } from '../simulator/example-organization.ts';
import { runLocally } from '../simulator/local-deployment.ts';
import { createSimulatedServices } from '../simulator/simulated-services.ts';
import { createSimulatedStore } from '../simulator/simulated-store.ts';
import { flowClock } from '../tests/fixtures/flow-clock.ts';
import { createSeededRandom } from '../tests/simulation/random.ts';
import { benchConfiguration } from './configuration.ts';
import { addRegisteredAccounts } from './registry-items.ts';

/**
 * Measures an update function that writes 100 buckets of one central account, each for the 100 accounts of an OU, in an
 * organization of 50,000 accounts (`npm run bench:update -- 10000` for another size). npm holds the heap to 220 MB. The time
 * and the memory include the simulator with its table. Exits with 1 if the function takes more than 120 seconds of this
 * process, or the process more than 400 MB.
 */
const accounts = Number(process.argv[2] ?? 50_000);
const resources = 100;
const accountsInOu = 100;
const mostSeconds = 120;
const mostMegabytes = 400;

const ouName = (number: number): string => `Team${String(number).padStart(2, '0')}`;

const createConfiguration = (): Configuration =>
  benchConfiguration(
    Array.from({ length: resources }, (_, number) => ({
      name: `logs-${number}`,
      kind: 's3-bucket-policy',
      account: 'log',
      bucket: `example-logs-${number}`,
      preset: 'cloudtrail-write',
      for: { ous: [`Teams/${ouName(number)}`] },
    })),
  );

async function main(): Promise<void> {
  const configuration = createConfiguration();
  const random = createSeededRandom(1);
  const organization = createExampleOrganization(configuration, { clock: flowClock(), random });
  const store = createSimulatedStore(organization, 'onboarding-update');
  const services = createSimulatedServices(organization, { store, quick: true });
  await prepareDeployment(services, configuration);
  addRegisteredAccounts(organization, accounts, (number) => {
    const ou = ouName(Math.floor(number / accountsInOu));
    return number < resources * accountsInOu
      ? { parentIds: ['r-exam', 'ou-exam-teams', `ou-exam-${ou}`], ouPath: `Teams/${ou}` }
      : { parentIds: ['r-exam', 'ou-exam-elsewhere'], ouPath: 'Elsewhere' };
  });
  organization.resetCalls();
  let milliseconds = 0;
  const { status } = await runLocally({
    services,
    name: 'bench-update',
    input: { accountId: '222222222222', mode: 'sync' },
    around: async (token, invoke) => {
      const begun = performance.now();
      const output = await invoke();
      if (token === 'UpdateLogAccountFunctionArn') milliseconds += performance.now() - begun;
      return output;
    },
  });
  const writes = organization.calls.filter(({ operation }) => operation === 'PutBucketPolicy').length;
  report(status, {
    writes,
    seconds: milliseconds / 1_000,
    megabytes: process.resourceUsage().maxRSS / 1_024,
  });
}

interface Measured {
  readonly writes: number;
  readonly seconds: number;
  readonly megabytes: number;
}

function report(status: string, { writes, seconds, megabytes }: Measured): void {
  const rows = [
    ['accounts', accounts.toLocaleString('en')],
    ['run', status],
    ['documents written', String(writes)],
    ['seconds of the update function', seconds.toFixed(1)],
    ['peak MB of the process', String(Math.round(megabytes))],
  ];
  for (const line of alignColumns(rows)) console.log(line);
  const isBroken = writes !== resources || seconds > mostSeconds || megabytes > mostMegabytes;
  if (isBroken)
    console.log(
      `\nBroken: ${resources} writes in ${mostSeconds} seconds and ${mostMegabytes} MB are the bounds`,
    );
  process.exitCode = isBroken ? 1 : 0;
}

await main();
