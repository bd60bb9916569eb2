import { findFirstOu } from '../cli/event-world.ts';
import { createSimulation, onboardEveryone, prepareDeployment, type Simulation } from '../cli/simulation.ts';
import { alignColumns } from '../cli/table.ts';
import { loadConfiguration } from '../shared/configuration/load.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { listDesiredResources } from '../shared/reconcile/desired-resources.ts';
import { runLocally } from '../simulator/local-deployment.ts';
import type { LoggedCall, SimulatedCall } from '../simulator/plugin.ts';
import { flowClock } from '../tests/fixtures/flow-clock.ts';

/**
 * Counts the AWS calls of onboarding in the example organization. A change is one document that has to change for one
 * account. It takes three calls: read under the lease, write, read back. Verification reads the policy of some keys once
 * more. Exits with 1 if a change takes more than four calls on its document, or if anything is written although nothing has
 * to change.
 */
const mostCallsForAChange = 4;

/** Services whose resources have one policy document each. IAM's managed policies need more calls. */
const documentServices = ['s3', 'kms', 'ecr', 'secretsmanager'];

/**
 * Calls by which verification reads the keys that encrypt resources: once for each resource and key of a run. The key's policy is such a
 * read too. It may be a document that changes as well, but verification does not rely on the read-back of another resource.
 */
const keyReads = ['DescribeSecret', 'GetBucketEncryption', 'DescribeKey', 'ListGrants'];

interface Scenario {
  readonly title: string;
  readonly accounts: number;
  readonly atOnce?: boolean;
  /** The accounts exist and are onboarded already. */
  readonly again?: boolean;
  /** Spread over all OUs, since not every document has room for so many. Otherwise in the OU that most grants name. */
  readonly spread?: boolean;
}

/** Simulated: pauses and latencies take no real time. */
const clock = flowClock();

const scenarios: readonly Scenario[] = [
  { title: 'one account', accounts: 1 },
  { title: 'the same account again', accounts: 1, again: true },
  { title: '100 accounts, one after the other', accounts: 100, spread: true },
  { title: '20 accounts at once', accounts: 20, atOnce: true },
];

interface Tally {
  readonly changes: number;
  /** Calls on documents that have to change. */
  readonly calls: number;
  readonly writes: number;
  /** Reads of documents that do not have to change. */
  readonly others: number;
  readonly keyReads: number;
  readonly iam: number;
  readonly sts: number;
  readonly bookkeeping: number;
}

const header = [
  '',
  'changes',
  'calls',
  'per change',
  'writes',
  'other reads',
  'key reads',
  'IAM',
  'STS',
  'bookkeeping',
  'seconds',
];

async function main(): Promise<void> {
  const configuration = await loadConfiguration('examples/onboarding.yml');
  const rows: (readonly string[])[] = [];
  let worst = 0;
  for (const scenario of scenarios) {
    const start = performance.now();
    const tally = await measure(configuration, scenario);
    rows.push(row(scenario.title, tally, (performance.now() - start) / 1_000));
    worst = Math.max(worst, perChange(tally));
  }
  console.log(
    'A change: one policy document (S3, KMS, ECR, Secrets Manager) that has to change for one account.',
  );
  console.log(
    'Calls: those on documents that have to change. Beside them: reads of the others, IAM, STS, and',
  );
  console.log('bookkeeping (Organizations, EventBridge, SNS).\n');
  for (const line of alignColumns([header, ...rows])) console.log(line);
  console.log(`\nMost calls for one change: ${worst.toFixed(1)}, where ${mostCallsForAChange} are allowed.`);
  process.exitCode = worst > mostCallsForAChange ? 1 : 0;
}

/** If nothing has to change, any write is too much. */
const perChange = ({ calls, writes, changes }: Tally): number =>
  changes > 0 ? calls / changes : writes > 0 ? Number.POSITIVE_INFINITY : 0;

const row = (title: string, tally: Tally, seconds: number): readonly string[] => [
  title,
  ...[tally.changes, tally.calls].map(String),
  tally.changes === 0 ? '-' : perChange(tally).toFixed(1),
  ...[tally.writes, tally.others, tally.keyReads, tally.iam, tally.sts, tally.bookkeeping].map(String),
  seconds.toFixed(1),
];

async function measure(configuration: Configuration, scenario: Scenario): Promise<Tally> {
  const simulation = createSimulation(configuration, { clock });
  const { organization, services } = simulation;
  await prepareDeployment(services, configuration);
  await onboardEveryone(simulation);
  const ids = listNewAccountIds(simulation, scenario);
  if (scenario.again) for (const id of ids) await onboard(simulation, id);
  if (scenario.atOnce) organization.intercept(slowly);
  const batches = scenario.atOnce ? [ids] : ids.map((id) => [id]);
  const tallies: Tally[] = [];
  for (const batch of batches) {
    organization.resetCalls();
    await Promise.all(batch.map((id) => onboard(simulation, id)));
    tallies.push(await tally(simulation, scenario.again ? [] : batch));
  }
  return tallies.reduce(sum);
}

function listNewAccountIds(
  { organization, configuration }: Simulation,
  scenario: Scenario,
): readonly string[] {
  const home = findFirstOu({ organization, configuration });
  const ous = scenario.spread ? [...organization.world.organizationalUnits.keys()] : [home];
  const ids = Array.from({ length: scenario.accounts }, (_, index) => String(900_000_000_001 + index));
  for (const [index, id] of ids.entries())
    organization.addAccount({ id, name: `workload-${index + 1}`, parentId: ous[index % ous.length] ?? home });
  return ids;
}

/** Runs overlap only if calls take time, as they do on a network. */
const latency = 20;

async function slowly(_: SimulatedCall, proceed: () => Promise<unknown>): Promise<unknown> {
  await clock.sleep(latency);
  return proceed();
}

let runs = 0;

async function onboard({ services }: Simulation, accountId: string): Promise<void> {
  runs += 1;
  const name = `bench-${runs}`;
  const { status } = await runLocally({ services, name, input: { accountId } });
  if (status === 'SUCCEEDED') return;
  const left = (await services.store.runs.get(name))?.unresolved ?? [];
  throw new Error(`Run ${name} of ${accountId} failed:\n${left.join('\n')}`);
}

/** @param newAccountIds the accounts for which documents had to change */
async function tally(
  { organization, services, configuration }: Simulation,
  newAccountIds: readonly string[],
): Promise<Tally> {
  const accounts = (await services.store.registry.listAccounts()).filter(({ id }) =>
    newAccountIds.includes(id),
  );
  const changing = listDesiredResources(configuration, accounts)
    .filter(({ kind }) => kind.actions.write.some(isOfDocumentService))
    .map(({ ref, shares }) => ({
      id: ref.id,
      changes: new Set(shares.flatMap((share) => share.accounts)).size,
    }))
    .filter(({ changes }) => changes > 0);
  const calls = organization.calls;
  const onResources = calls.filter(({ service }) => documentServices.includes(service));
  // DescribeKey names the key of a secret by its ARN, and GetKeyPolicy by its id.
  const described = new Set(
    onResources.filter(({ operation }) => operation === 'DescribeKey').map(({ target }) => getKeyId(target)),
  );
  const onDocuments = onResources.filter(
    ({ operation, target }) =>
      !keyReads.includes(operation) && !(operation === 'GetKeyPolicy' && described.delete(getKeyId(target))),
  );
  const onChanging = onDocuments.filter(({ target }) => changing.some(({ id }) => target?.endsWith(id)));
  return {
    changes: changing.reduce((total, { changes }) => total + changes, 0),
    calls: onChanging.length,
    writes: onDocuments.filter(({ operation }) => !operation.startsWith('Get')).length,
    others: onDocuments.length - onChanging.length,
    keyReads: onResources.length - onDocuments.length,
    iam: ofServices(calls, ['iam']),
    sts: ofServices(calls, ['sts']),
    bookkeeping: ofServices(calls, ['organizations', 'eventbridge', 'sns']),
  };
}

const getKeyId = (target: string | undefined): string | undefined => target?.split('/').at(-1);

const isOfDocumentService = (action: string): boolean =>
  documentServices.includes(action.split(':')[0] ?? '');

const ofServices = (calls: readonly LoggedCall[], services: readonly string[]): number =>
  calls.filter(({ service }) => services.includes(service)).length;

const sum = (a: Tally, b: Tally): Tally => ({
  changes: a.changes + b.changes,
  calls: a.calls + b.calls,
  writes: a.writes + b.writes,
  others: a.others + b.others,
  keyReads: a.keyReads + b.keyReads,
  iam: a.iam + b.iam,
  sts: a.sts + b.sts,
  bookkeeping: a.bookkeeping + b.bookkeeping,
});

await main();
