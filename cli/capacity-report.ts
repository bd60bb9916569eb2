import type { Configuration } from '../shared/configuration/schema.ts';
import { type ErrorRecord, toErrorRecord } from '../shared/platform/errors.ts';
import { type Capacity, measureCapacity } from '../shared/reconcile/capacity.ts';
import type { ResourceSnapshot } from '../shared/reconcile/plan-all.ts';
import { splitResourceKey } from './run-report.ts';

/** How full a resource is, or why that is unknown. */
export interface Measured {
  readonly resource: string;
  readonly budget?: Capacity;
  /** Why the budget is unknown: the resource cannot be read, or is too full already. */
  readonly error?: ErrorRecord;
}

export function measure(
  { desired, state, read, error }: ResourceSnapshot,
  configuration: Configuration,
): Measured {
  const resource = desired.key;
  if (read === undefined) return { resource, ...(error === undefined ? {} : { error }) };
  try {
    const remembered = state?.managed.sids ?? [];
    return { resource, budget: measureCapacity({ desired, actual: read, remembered, configuration }) };
  } catch (thrown) {
    return { resource, error: toErrorRecord(thrown) };
  }
}

/** `room` is null if the policy has no limit on accounts. */
export const toCapacityReport = ({ resource, budget, error }: Measured) => ({
  ...splitResourceKey(resource),
  ...(budget === undefined ? {} : { ...budget, room: budget.room ?? null }),
  ...(error === undefined ? {} : { error }),
});
