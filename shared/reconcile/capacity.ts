import { getGrantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { LimitUnit, Rendering } from '../grants/contract.ts';
import type { Account } from '../platform/account.ts';
import { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { renderOrExplain } from './capacity-suggestions.ts';
import type { DesiredResource } from './desired-resource.ts';

/** How full the policy of a resource is, and how many more accounts fit. */
export interface Capacity {
  /**
   * The size of the fullest document, or the number of entries. Counted in the same way as the AWS service counts it.
   */
  readonly size: number;
  readonly limit: number;
  readonly unit: LimitUnit;
  /** The form (packing) in which the policy is written now. Absent if the grant kind has only one form. */
  readonly packing?: string;
  /**
   * How many more accounts fit if every grant on the resource selects each of them. Absent if no statement lists
   * accounts, so that the number of accounts does not matter.
   */
  readonly room?: number;
  /**
   * The smaller form (packing) that is used when the present form is full, and after how many more accounts. Absent if
   * there is no smaller form.
   */
  readonly next?: { readonly packing: string; readonly after: number };
}

export interface CapacityRequest {
  readonly desired: DesiredResource;
  readonly actual: unknown;
  readonly remembered: readonly string[];
  readonly configuration: Configuration;
}

/**
 * More accounts than any organization has. If a policy has room for this number, the number of accounts does not
 * matter.
 */
const anyNumber = 131_072;

/**
 * Renders the policy with its present accounts, then adds more and more invented accounts until they do not fit. Pure.
 * @throws OwnershipClashError; PolicyTooLargeError if not even the present accounts fit
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

/**
 * The largest number for which `holds` returns true, found by doubling and then bisection. `undefined` if there is no
 * limit.
 */
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

/**
 * Greater than every account id that AWS has given. So invented accounts come last in ordered lists, as new accounts
 * would.
 */
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
