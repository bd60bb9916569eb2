import { getGrantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { LimitUnit, Rendering } from '../grants/contract.ts';
import type { Account } from '../platform/account.ts';
import { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { renderOrExplain } from './capacity-suggestions.ts';
import type { DesiredResource } from './desired-resource.ts';

/** How full a resource is, and what one account more would do. */
export interface Capacity {
  /** Of the fullest document, or the number of things, as the service counts them. */
  readonly size: number;
  readonly limit: number;
  readonly unit: LimitUnit;
  /** How the accounts are written now; absent where there is one way only. */
  readonly packing?: string;
  /** Accounts that still fit, if every grant on it gets each of them; absent for any number: none is listed. */
  readonly room?: number;
  /** The packing that comes next, and after how many accounts more; absent where there is none. */
  readonly next?: { readonly packing: string; readonly after: number };
}

export interface CapacityRequest {
  readonly desired: DesiredResource;
  readonly actual: unknown;
  readonly remembered: readonly string[];
  readonly configuration: Configuration;
}

/** Nobody has so many accounts: where they fit, any number does. */
const anyNumber = 131_072;

/**
 * Reckons by rendering: with the accounts that the resource is for, and with more and more made-up ones. Pure.
 * @throws OwnershipClashError; PolicyTooLargeError where not even those fit that it is for
 */
export function measureCapacity(request: CapacityRequest): Capacity {
  const now = renderOrExplain(request.desired.kind, requestFor(request, 0));
  const { size, limit, unit, packing } = now;
  const filled = { size, limit, unit, ...(packing === undefined ? {} : { packing }) };
  const room = most((count) => fits(request, count) !== undefined);
  if (room === undefined) return filled;
  const after = most((count) => isPacked(fits(request, count), packing)) ?? room;
  const next = fits(request, after + 1)?.packing;
  return { ...filled, room, ...(next === undefined ? {} : { next: { packing: next, after } }) };
}

const isPacked = (rendering: Rendering<unknown> | undefined, packing: string | undefined): boolean =>
  rendering !== undefined && rendering.packing === packing;

/** The largest number that holds, found by doubling and halving; `undefined` where any does. */
function most(holds: (count: number) => boolean): number | undefined {
  let tooMany = 1;
  while (tooMany <= anyNumber && holds(tooMany)) tooMany *= 2;
  if (tooMany > anyNumber) return undefined;
  let enough = Math.floor(tooMany / 2);
  while (tooMany - enough > 1) {
    const middle = Math.floor((enough + tooMany) / 2);
    if (holds(middle)) enough = middle;
    else tooMany = middle;
  }
  return enough;
}

function fits(request: CapacityRequest, more: number): Rendering<unknown> | undefined {
  try {
    return render(request, more);
  } catch (error) {
    if (error instanceof PolicyTooLargeError) return undefined;
    throw error;
  }
}

const render = (request: CapacityRequest, more: number): Rendering<unknown> =>
  request.desired.kind.render(requestFor(request, more));

const requestFor = ({ desired, actual, remembered, configuration }: CapacityRequest, more: number) => ({
  ref: desired.ref,
  actual,
  remembered,
  context: getGrantContext(configuration),
  shares: desired.shares.map(({ entry, accounts }) => ({
    entry,
    accounts: [...accounts, ...madeUp(more)],
  })),
});

/** No id that AWS has given so far is greater, so the order of the accounts stays. */
const firstMadeUpId = 999_000_000_000;

const madeUp = (count: number): readonly Account[] =>
  Array.from({ length: count }, (_, index) => ({
    id: String(firstMadeUpId + index),
    name: '',
    state: 'ACTIVE' as const,
    parentIds: [],
    ouPath: '',
    tags: {},
  }));
