import { getActivationId } from '../configuration/active-configuration.ts';
import type { StatementDifference } from '../iam/difference.ts';
import type { ErrorRecord } from '../platform/errors.ts';
import type { Conflict, ResourceChange } from '../store/ports.ts';
import type { DriftStatus } from '../store/run-ports.ts';
import { toRecordedHolds } from './change-record.ts';
import { isOpenConflict } from './conflict.ts';
import { listGrantNames } from './desired-resources.ts';
import { diffDocuments } from './differences.ts';
import { digestManagedStatements, listChangedSids } from './digest.ts';
import { getHolds, indexRemovals } from './holds.ts';
import { isUpToDate } from './is-up-to-date.ts';
import type { OverallPlan, ResourceSnapshot } from './plan-all.ts';
import { type ReadResource, toNextDocuments } from './read-and-plan.ts';
import {
  diffUnmanagedStatements,
  hasSameStatements,
  listUnmanagedStatements,
  type UnmanagedChange,
} from './unmanaged-changes.ts';

export interface ResourceDrift {
  readonly resource: string;
  readonly status: DriftStatus;
  /**
   * Whether the unmanaged statements are the same as after the last run. `unknown` if the table has no record of them.
   */
  readonly foreign: 'same' | 'changed' | 'unknown';
  /** What changed in unmanaged statements since the last run, and the time of that run (ISO 8601). */
  readonly unmanaged?: { readonly since: string; readonly changes: readonly UnmanagedChange[] };
  /**
   * What somebody changed in AWS: the differences from the desired state to the present state. A line that AWS lacks
   * counts as removed, and a line that only AWS has counts as added.
   */
  readonly differences: readonly StatementDifference[];
  /** The accounts that wait for access, and the accounts that keep access for now although no grant gives it. */
  readonly holds?: ResourceChange['holds'];
  /** Only with status `conflict`. */
  readonly conflict?: Conflict;
  readonly error?: ErrorRecord;
}

/**
 * Compares the present and the desired state of every resource in a plan. Reads nothing from AWS, because the plan has
 * both states.
 */
export const listDrift = (plan: OverallPlan): readonly ResourceDrift[] =>
  plan.resources.map((snapshot) => resourceDrift(snapshot, plan));

function resourceDrift(snapshot: ResourceSnapshot, overall: OverallPlan): ResourceDrift {
  const { desired, actual, plan, state, error } = snapshot;
  const resource = desired.key;
  const failed = error === undefined ? {} : { error };
  const status = getDriftStatus(snapshot, overall);
  if (actual === undefined) return { resource, status, foreign: 'unknown', differences: [], ...failed };
  const changed = sinceLeft(snapshot, overall);
  const wanted = plan === undefined ? undefined : toNextDocuments(desired, plan);
  const differences = wanted === undefined ? [] : diffDocuments(wanted, actual);
  const holds = plan === undefined ? {} : toRecordedHolds(plan.holds, overall.active.configuration);
  const conflict = status === 'conflict' && state?.conflict ? { conflict: state.conflict } : {};
  const unmanaged = changed.foreign === 'changed' ? unmanagedSinceLeft(actual, state, overall) : {};
  return {
    resource,
    status,
    foreign: changed.foreign,
    ...unmanaged,
    differences,
    ...holds,
    ...conflict,
    ...failed,
  };
}

function unmanagedSinceLeft(
  actual: NonNullable<ResourceSnapshot['actual']>,
  state: ResourceSnapshot['state'],
  { active }: Overall,
): Pick<ResourceDrift, 'unmanaged'> {
  if (state?.unmanaged === undefined || state.lastReconciliation === undefined) return {};
  const now = listUnmanagedStatements(actual, active.configuration.installation);
  const changes = diffUnmanagedStatements(state.unmanaged, now);
  return { unmanaged: { since: state.lastReconciliation.at, changes } };
}

type Overall = Pick<OverallPlan, 'active' | 'revision'>;

/** Classifies the drift of one resource: for example, whether managed statements were changed externally. Pure. */
export function getDriftStatus(snapshot: ReadResource, overall: Overall): DriftStatus {
  if (snapshot.actual !== undefined) return statusOf(snapshot, overall, sinceLeft(snapshot, overall));
  return snapshot.error?.name === 'ResourceMissingError' ? 'missing' : 'unreadable';
}

interface SinceLeft {
  readonly own: ResourceDrift['foreign'];
  readonly foreign: ResourceDrift['foreign'];
}

function sinceLeft({ actual = {}, state }: ReadResource, { active }: Overall): SinceLeft {
  const { installation } = active.configuration;
  const { digests } = state?.managed ?? {};
  return {
    own: compared(
      digests && listChangedSids(digests, digestManagedStatements(actual, installation)).length === 0,
    ),
    foreign: compared(
      state?.unmanaged && hasSameStatements(state.unmanaged, listUnmanagedStatements(actual, installation)),
    ),
  };
}

/** @param isSame whether the state is as before; `undefined` if the table has no earlier state to compare with */
function compared(isSame: boolean | undefined): ResourceDrift['foreign'] {
  if (isSame === undefined) return 'unknown';
  return isSame ? 'same' : 'changed';
}

function statusOf(snapshot: ReadResource, { active, revision }: Overall, since: SinceLeft): DriftStatus {
  const { plan, state, error, desired } = snapshot;
  if (plan?.changed === false) return since.foreign === 'changed' ? 'unmanaged-change' : 'equal';
  if (plan !== undefined && isOpenConflict(state?.conflict)) return 'conflict';
  const settled = isUpToDate(state, {
    revision,
    activationId: getActivationId(active),
    grants: listGrantNames(desired),
  });
  const due = !settled || graceEnded(snapshot);
  const explained = due && since.own !== 'changed';
  return explained && error?.name !== 'OwnershipClashError' ? 'pending' : 'managed-drift';
}

/** Whether a grace period has ended, so that this plan removes an account. */
const graceEnded = ({ plan, state }: ReadResource): boolean =>
  plan !== undefined &&
  [...indexRemovals(getHolds(state)).values()].some(
    ({ accountId, since }) => since !== undefined && !indexRemovals(plan.holds).has(accountId),
  );
