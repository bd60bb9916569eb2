import { getGrantContext } from '../shared/configuration/context.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import type { GrantContext, GrantKind, Rendering, ResourceRef, Share } from '../shared/grants/contract.ts';
import type { GrantEntry } from '../shared/grants/grant-schema.ts';
import { getGrantKind } from '../shared/grants/kinds.ts';
import { createPolicy } from '../shared/iam/document.ts';
import type { Account } from '../shared/platform/account.ts';
import { PolicyTooLargeError } from '../shared/platform/aws/errors.ts';
import { listDesiredResources } from '../shared/reconcile/desired-resources.ts';
import { type Example, examples, type Naive } from './capacity-examples.ts';

/** How many accounts fit in one form. */
export interface Step {
  readonly packing: string;
  readonly fit: number;
}

/** The capacity of one preset, on a resource with this one grant and no unmanaged statement. */
export interface Capacity {
  readonly title: string;
  readonly name: string;
  readonly limit: number;
  readonly unit: string;
  readonly naive?: number;
  /** By packing, the most readable first, without optional packings. */
  readonly steps: readonly Step[];
  /** The additional capacity with `accountsIn: condition`. Absent if there is no such packing. */
  readonly packed?: Step;
  readonly unlisted: 'any number' | 'must be listed';
}

/** A resource without other content. */
interface Question {
  readonly kind: GrantKind;
  readonly ref: ResourceRef;
  readonly entries: readonly GrantEntry[];
  readonly context: GrantContext;
}

/** More accounts than any resource of AWS can hold. */
const tooMany = 60_000;

const everybody: readonly Account[] = Array.from({ length: tooMany }, (_, index) => ({
  id: String(100_000_000_000 + index),
  name: '',
  state: 'ACTIVE',
  parentIds: [],
  ouPath: '',
  tags: {},
}));

export const capacities = (configuration: Configuration): readonly Capacity[] =>
  examples.map((example) => capacity(example, getGrantContext(configuration)));

function capacity(example: Example, context: GrantContext): Capacity {
  const kind = getGrantKind(example.kind);
  const entry = {
    name: 'example-grant',
    kind: kind.name,
    account: 'shared',
    for: { all: true },
    ...example.fields,
  };
  const plain = ask(kind, kind.schema.parse(entry), context);
  const packing = kind.schema.safeParse({ ...entry, accountsIn: 'condition' });
  const held = kind.schema.safeParse({ ...entry, match: 'organization' });
  const { limit, unit } = render(plain, 1);
  return {
    title: kind.title,
    name: example.name,
    limit,
    unit,
    ...(example.naive === undefined ? {} : { naive: naively(example.naive, limit) }),
    steps: stepsOf(plain),
    ...(packing.success ? { packed: last(ask(kind, packing.data, context)) } : {}),
    unlisted: held.success && takesAny(ask(kind, held.data, context)) ? 'any number' : 'must be listed',
  };
}

function ask(kind: GrantKind, entry: GrantEntry, context: GrantContext): Question {
  const [ref] = kind.listResources(entry, context);
  if (ref === undefined) throw new Error(`${kind.name} names no resource`);
  return { kind, ref, entries: [entry], context };
}

function render({ kind, ref, entries, context }: Question, count: number): Rendering<unknown> {
  const shares: readonly Share[] = entries.map((entry) => ({ entry, accounts: everybody.slice(0, count) }));
  return kind.render({ ref, actual: kind.empty, shares, remembered: [], context });
}

/** A condition takes equal space for any number of accounts. */
const takesAny = (question: Question): boolean => render(question, 1).size === render(question, 10_000).size;

/** One statement in one document. */
const naively = ({ text, statement }: Naive, limit: number): number =>
  most((count) => {
    const accounts = everybody.slice(0, count).map(({ id }) => text(id));
    return JSON.stringify({ ...createPolicy(), Statement: [statement(accounts)] }).length <= limit;
  });

/** Each packing. For several numbers of policies, the first and the last. */
function stepsOf(question: Question): readonly Step[] {
  const first = render(question, 1).packing ?? '';
  const plain = { packing: first, fit: most((count) => packingOf(question, count) === first) };
  const end = last(question);
  return plain.fit === end.fit ? [plain] : [plain, end];
}

function last(question: Question): Step {
  const fit = most((count) => packingOf(question, count) !== undefined);
  return { packing: packingOf(question, fit) ?? '', fit };
}

/** `undefined` if so many do not fit. */
function packingOf(question: Question, count: number): string | undefined {
  try {
    return render(question, count).packing ?? '';
  } catch (error) {
    if (error instanceof PolicyTooLargeError) return undefined;
    throw error;
  }
}

/** The largest number for which the test is true, by doubling and bisection. */
function most(holds: (count: number) => boolean): number {
  let over = 1;
  while (over <= tooMany && holds(over)) over *= 2;
  let enough = Math.floor(over / 2);
  while (over - enough > 1) {
    const middle = Math.floor((enough + over) / 2);
    if (holds(middle)) enough = middle;
    else over = middle;
  }
  return enough;
}

/** The capacity of each resource of a configuration, if every grant on it names every account. */
export function resourceCapacities(configuration: Configuration): readonly { key: string; fit: number }[] {
  const context = getGrantContext(configuration);
  return listDesiredResources(configuration, []).map(({ key, ref, kind, shares }) => ({
    key,
    fit: last({ kind, ref, context, entries: shares.map(({ entry }) => entry) }).fit,
  }));
}
