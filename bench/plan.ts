import { alignColumns } from '../cli/table.ts';
import { getGrantContext } from '../shared/configuration/context.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import type { DocumentState } from '../shared/grants/document-rendering.ts';
import type { ManagedPolicies } from '../shared/grants/managed-policies.ts';
import { type PolicyDocument, parsePolicy, serializePolicy } from '../shared/iam/document.ts';
import type { Account } from '../shared/platform/account.ts';
import type { DesiredResource } from '../shared/reconcile/desired-resource.ts';
import { listDesiredResources } from '../shared/reconcile/desired-resources.ts';
import { diffDocuments } from '../shared/reconcile/differences.ts';
import { planResource } from '../shared/reconcile/plan.ts';
import { organization, resources, units, unitsConfiguration } from './plan-organization.ts';

/**
 * Measures planning: the grants of 1,000, 3,000 and 10,000 accounts on 100 resources, from the texts of AWS to the
 * differences for people. A hundred accounts are new, one in each unit, so every resource changes. In comparison, in
 * one run, the floor: to stringify and parse the planned documents once. Exits with 1 if 10,000 accounts take more than
 * 2 seconds, or this process more than 512 MB.
 */
const sizes = [1_000, 3_000, 10_000];
const rounds = 5;
const mostMilliseconds = 2_000;
const mostMegabytes = 512;
const now = '2026-03-02T09:00:00.000Z';

interface Measured {
  readonly accounts: number;
  readonly characters: number;
  readonly first: number;
  readonly planning: number;
  /** Processor time, which counts if other programs use the machine. */
  readonly processor: number;
  readonly floor: number;
  readonly megabytes: number;
}

function main(): void {
  const configuration = unitsConfiguration();
  const rows = sizes.map((size) => measure(configuration, size));
  console.log(
    `${resources} resources: buckets, keys, repositories, secrets and groups, as many of each. At 10,000 accounts`,
  );
  console.log(
    'each document is as full as its accounts allow. Milliseconds: the first time in a cold process, then the',
  );
  console.log(
    `median of ${rounds}, then the same of processor time. Memory: the peak of this process so far.\n`,
  );
  const header = [
    'accounts',
    'characters',
    'first',
    'planning',
    'processor',
    'floor',
    'planning/floor',
    'growth',
    'peak MB',
  ];
  for (const line of alignColumns([header, ...rows.map((each, index) => row(each, rows[index - 1]))]))
    console.log(line);
  const failures = rows.flatMap(broken);
  for (const line of failures) console.log(`\nBroken: ${line}`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

/** Growth: time and accounts as multiples of the previous row. */
function row(measured: Measured, before: Measured | undefined): readonly string[] {
  const { accounts, characters, first, planning, processor, floor, megabytes } = measured;
  const growth =
    before === undefined
      ? ''
      : `${(planning / before.planning).toFixed(1)} for ${(accounts / before.accounts).toFixed(1)}`;
  return [
    accounts.toLocaleString('en'),
    characters.toLocaleString('en'),
    first.toFixed(0),
    planning.toFixed(0),
    processor.toFixed(0),
    floor.toFixed(1),
    (planning / floor).toFixed(1),
    growth,
    String(Math.round(megabytes)),
  ];
}

/** If other programs use the machine, only processor time counts. */
const broken = ({ accounts, planning, processor, megabytes }: Measured): readonly string[] => [
  ...(Math.min(planning, processor) > mostMilliseconds
    ? [`${accounts} accounts took more than ${mostMilliseconds} ms`]
    : []),
  ...(megabytes > mostMegabytes ? [`${accounts} accounts took more than ${mostMegabytes} MB`] : []),
];

function measure(configuration: Configuration, size: number): Measured {
  const accounts = organization(size);
  const read = readings(configuration, accounts.slice(0, -units));
  const [first, ...again] = Array.from({ length: rounds + 1 }, () =>
    timed(() => plan(configuration, accounts, read)),
  );
  const { documents } = first?.value ?? { documents: [] };
  const floors = Array.from({ length: rounds }, () => timed(() => stringifyAndParse(documents)));
  return {
    accounts: size,
    characters: floors[0]?.value ?? 0,
    first: first?.milliseconds ?? 0,
    planning: median(again.map(({ milliseconds }) => milliseconds)),
    processor: median(again.map(({ processor }) => processor)),
    floor: median(floors.map(({ milliseconds }) => milliseconds)),
    megabytes: process.resourceUsage().maxRSS / 1_024,
  };
}

interface Timed<T> {
  readonly value: T;
  readonly milliseconds: number;
  readonly processor: number;
}

function timed<T>(work: () => T): Timed<T> {
  const used = process.cpuUsage();
  const start = performance.now();
  const value = work();
  const milliseconds = performance.now() - start;
  const { user, system } = process.cpuUsage(used);
  return { value, milliseconds, processor: (user + system) / 1_000 };
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** @returns the total length of the texts */
function stringifyAndParse(documents: readonly PolicyDocument[]): number {
  let characters = 0;
  for (const document of documents) {
    const text = JSON.stringify(document);
    characters += text.length;
    if (JSON.parse(text) === null) throw new Error('a document is no object');
  }
  return characters;
}

/** AWS's content of one resource, as a function that parses its texts. */
interface Reading {
  readonly state: () => unknown;
  readonly owned: readonly string[];
}

/** Every resource as a run has left it for these accounts. */
function readings(configuration: Configuration, accounts: readonly Account[]): ReadonlyMap<string, Reading> {
  return new Map(
    listDesiredResources(configuration, accounts).map((desired) => {
      const { kind, ref, shares, key } = desired;
      const context = getGrantContext(configuration);
      const { next, owned } = kind.render({ ref, shares, actual: kind.empty, remembered: [], context });
      return [key, { state: readAgain(desired, next), owned }];
    }),
  );
}

function readAgain({ key }: DesiredResource, state: unknown): Reading['state'] {
  if (hasPolicies(state)) {
    const { policies, othersAttached } = state;
    const texts = policies.map(({ document, ...policy }) => ({ ...policy, text: serializePolicy(document) }));
    return () => ({
      policies: texts.map(({ text, ...policy }) => ({ ...policy, document: parsePolicy(text, key) })),
      othersAttached,
    });
  }
  const { document } = state as DocumentState;
  const text = document && serializePolicy(document);
  return () => ({ document: text && parsePolicy(text, key) });
}

const hasPolicies = (state: unknown): state is ManagedPolicies =>
  typeof state === 'object' && state !== null && 'policies' in state;

/** The whole plan: the accounts of each grant, the present state, the desired state, and the difference. */
function plan(
  configuration: Configuration,
  accounts: readonly Account[],
  read: ReadonlyMap<string, Reading>,
) {
  let differences = 0;
  const documents = listDesiredResources(configuration, accounts).flatMap((desired) => {
    const { state, owned = [] } = read.get(desired.key) ?? { state: () => desired.kind.empty };
    const actual = state();
    const planned = planResource({
      desired,
      actual,
      configuration,
      accounts,
      remembered: owned,
      activationId: '',
      now,
    });
    const next = desired.kind.toDocuments(planned.next, planned.owned);
    differences += diffDocuments(desired.kind.toDocuments(actual, owned), next).length;
    return Object.values(next).filter((document) => document !== undefined);
  });
  if (differences < resources) throw new Error(`only ${differences} differences were found`);
  return { documents };
}

main();
