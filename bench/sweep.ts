import { createSimulation, type Simulation } from '../cli/simulation.ts';
import { alignColumns } from '../cli/table.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { activateConfiguration } from '../shared/runs/activate.ts';
import type { RunRecord } from '../shared/store/ports.ts';
import { ensureOu } from '../simulator/example-organization.ts';
import { runLocally } from '../simulator/local-deployment.ts';
import type { LoggedCall } from '../simulator/plugin.ts';
import { flowClock } from '../tests/fixtures/flow-clock.ts';
import { benchConfiguration } from './configuration.ts';

/**
 * Measures the sweep of organizations with 100, 1,000 and 10,000 accounts and 100 resources. The first sweep imports
 * them and writes every resource. The next has nothing to do. The accounts are in 100 OUs, and each resource serves one
 * OU, since no document can list 10,000 accounts. Exits with 1 if a promise of the sweep is broken: see `broken`.
 */
const sizes = [100, 1_000, 10_000];
const teams = 100;
const mostSeconds = 30;
const mostMegabytes = 512;

/** Services whose resources have one policy document each. */
const documentServices = ['s3', 'kms', 'ecr', 'secretsmanager'];

interface Measured {
  readonly title: string;
  readonly again: boolean;
  readonly record: RunRecord;
  readonly slices: number;
  readonly organizations: number;
  readonly reads: number;
  readonly writes: number;
  readonly iamReads: number;
  readonly iamWrites: number;
  /** The largest number of writes of one document. */
  readonly mostOfOne: number;
  readonly seconds: number;
  readonly megabytes: number;
}

async function main(): Promise<void> {
  const configuration = teamsConfiguration();
  const rows: Measured[] = [];
  for (const accounts of sizes) {
    const simulation = await organizationOf(configuration, accounts);
    rows.push(await measure(simulation, `${accounts}, first`, false));
    rows.push(await measure(simulation, `${accounts}, again`, true));
  }
  console.log('100 resources: 20 buckets, keys, repositories, secrets and groups, each for one OU of 100.');
  console.log(
    'Reads and writes: of policy documents. Seconds and memory: of this process, AWS included; npm run bench:sweep holds its heap to 256 MB.\n',
  );
  for (const line of alignColumns([header, ...rows.map(row)])) console.log(line);
  const failures = rows.flatMap(broken);
  for (const line of failures) console.log(`\nBroken: ${line}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

const header = [
  'accounts',
  'slices',
  'Organizations',
  'reads',
  'writes',
  'IAM reads',
  'IAM writes',
  'seconds',
  'peak MB',
];

const row = (measured: Measured): readonly string[] => [
  measured.title,
  String(measured.slices),
  String(measured.organizations),
  String(measured.reads),
  String(measured.writes),
  String(measured.iamReads),
  String(measured.iamWrites),
  measured.seconds.toFixed(1),
  String(Math.round(measured.megabytes)),
];

function broken({ title, again, record, ...measured }: Measured): readonly string[] {
  const documents = (teams * documentServices.length) / kinds.length;
  const checks: readonly (readonly [boolean, string])[] = [
    [record.status !== 'succeeded', `left: ${record.unresolved?.[0]}`],
    [measured.mostOfOne > 1, `one document was written ${measured.mostOfOne} times`],
    [again && measured.writes + measured.iamWrites > 0, 'something was written though nothing had to change'],
    [again && measured.reads > documents, `${measured.reads} reads of ${documents} documents`],
    [again && measured.seconds > mostSeconds, `took more than ${mostSeconds} seconds`],
    [again && measured.megabytes > mostMegabytes, `took more than ${mostMegabytes} MB`],
  ];
  return checks.filter(([is]) => is).map(([, what]) => `${title}: ${what}`);
}

const log = { kind: 's3-bucket-policy', account: 'log', preset: 'cloudtrail-write' };
const kinds: readonly ((team: string) => object)[] = [
  (team) => ({ ...log, bucket: `example-logs-${team}` }),
  (team) => ({
    kind: 'kms-key-policy',
    account: 'log',
    key: `1234abcd-12ab-34cd-56ef-0000000000${team}`,
    preset: 'launch-encrypted-ami',
  }),
  (team) => ({
    kind: 'ecr-repository-policy',
    account: 'shared',
    repositories: [`base/team-${team}`],
    preset: 'pull',
  }),
  (team) => ({
    kind: 'secret-resource-policy',
    account: 'shared',
    secrets: [`deploy/team-${team}`],
    preset: 'read',
  }),
  (team) => ({
    kind: 'assume-role-permission',
    account: 'security',
    groups: [`Team${team}`],
    role: 'people/Developer',
  }),
];

const teamNames = Array.from({ length: teams }, (_, number) => String(number).padStart(2, '0'));

function teamsConfiguration(): Configuration {
  const grants = teamNames.map((team, number) => ({
    name: `team-${team}`,
    ...kinds[number % kinds.length]?.(team),
    for: { ous: [`Teams/Team${team}`] },
  }));
  return benchConfiguration(grants);
}

/** An organization before the first import. */
async function organizationOf(configuration: Configuration, accounts: number): Promise<Simulation> {
  const simulation = createSimulation(configuration, { clock: flowClock() });
  const { organization, services } = simulation;
  await activateConfiguration(services, configuration, 'the benchmark');
  for (let number = organization.world.accounts.size; number < accounts; number += 1)
    organization.addAccount({
      id: String(500_000_000_000 + number),
      name: `workload-${number}`,
      parentId: ensureOu(organization, `Teams/Team${teamNames[number % teams]}`),
    });
  return simulation;
}

let sweeps = 0;

async function measure(simulation: Simulation, title: string, again: boolean): Promise<Measured> {
  const { organization, services } = simulation;
  organization.resetCalls();
  sweeps += 1;
  const name = `bench-sweep-${sweeps}`;
  const start = performance.now();
  const { states } = await runLocally({ machine: 'organization-sweep', services, name, input: {} });
  const seconds = (performance.now() - start) / 1_000;
  const record = await services.store.runs.get(name);
  if (record === undefined) throw new Error(`${name} left no record`);
  return {
    title,
    again,
    record,
    slices: states.filter((state) => state === 'ImportOrganization').length,
    ...tally(organization.calls),
    seconds,
    megabytes: process.resourceUsage().maxRSS / 1_024,
  };
}

const isRead = ({ operation }: LoggedCall): boolean => /^(Get|List|Describe)/.test(operation);

function tally(calls: readonly LoggedCall[]) {
  const callsOf = (...services: readonly string[]) =>
    calls.filter(({ service }) => services.includes(service));
  const documents = callsOf(...documentServices);
  const writes = documents.filter((call) => !isRead(call));
  const targets = Map.groupBy(
    [...writes, ...callsOf('iam').filter(({ operation }) => /^CreatePolicy/.test(operation))],
    ({ target = '' }) => target,
  );
  return {
    organizations: callsOf('organizations').length,
    reads: documents.length - writes.length,
    writes: writes.length,
    iamReads: callsOf('iam').filter(isRead).length,
    iamWrites: callsOf('iam').filter((call) => !isRead(call)).length,
    mostOfOne: Math.max(0, ...[...targets.values()].map((all) => all.length)),
  };
}

await main();
