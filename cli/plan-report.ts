import { listMatchNotes } from '../shared/configuration/match-notes.ts';
import { formatPath } from '../shared/configuration/messages.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { findConfigurationWarnings } from '../shared/configuration/warnings.ts';
import type { StatementDifference } from '../shared/iam/difference.ts';
import type { ErrorRecord } from '../shared/platform/errors.ts';
import { toRecordedHolds } from '../shared/reconcile/change-record.ts';
import { getOpenConflict } from '../shared/reconcile/conflict.ts';
import { filterConcerning } from '../shared/reconcile/differences.ts';
import { formatSearchProblems } from '../shared/reconcile/discover-resources.ts';
import { formatGracePeriods } from '../shared/reconcile/hold-text.ts';
import { listHeldAccounts } from '../shared/reconcile/holds.ts';
import { type OverallPlan, type ResourceSnapshot, toPlanFile } from '../shared/reconcile/plan-all.ts';
import { listReadWarnings } from '../shared/reconcile/read-and-plan.ts';
import { createBlockedRemovalsError } from '../shared/reconcile/removal-limit.ts';
import type { Conflict, HoldReason, ResourceChange } from '../shared/store/ports.ts';
import { formatConflict } from './conflict-text.ts';
import { formatNumber } from './output.ts';
import { getPlannedPolicies, type PlannedPolicies } from './planned-policies.ts';
import { splitResourceKey } from './run-report.ts';
import { groupSharedErrors } from './shared-errors.ts';

/** The output of `plan --json` for one resource. */
interface PlannedResourceReport {
  readonly account: string;
  readonly region: string;
  readonly kind: string;
  readonly id: string;
  readonly change: boolean;
  readonly differences: readonly StatementDifference[];
  /** Size of the fullest policy document and its limit, both in `unit`. Absent if nothing was planned. */
  readonly size?: number;
  readonly limit?: number;
  readonly unit?: string;
  /** Accounts that wait for access, or that keep it for now although no grant gives it. */
  readonly holds?: ResourceChange['holds'];
  /** Another tool changed managed statements again after a run had restored them. `apply` restores them once more. */
  readonly conflict?: Conflict;
  readonly error?: ErrorRecord;
  /** Only with `--full`, and only if the resource would change. */
  readonly policies?: PlannedPolicies;
}

export interface PlanCounts {
  readonly change: number;
  readonly unchanged: number;
  /** Resources on which removals are blocked. Some of them are counted in `change`, too. */
  readonly blockedRemovals: number;
  /** Resources with accounts in a grace period. Some of them are counted in `change`, too. */
  readonly inGrace: number;
  /** Resources that cannot be read or rendered, and patterns whose search failed. */
  readonly failed: number;
}

/** The output of `plan --json`. */
export interface PlanReport {
  readonly status: 'changes-pending' | 'up-to-date' | 'incomplete';
  readonly installation: string;
  readonly configurationHash: string;
  readonly registryRevision: number;
  readonly accountId?: string;
  /** The hash of the plan file, whether it is written or not. */
  readonly planHash: string;
  readonly counts: PlanCounts;
  readonly warnings: readonly string[];
  readonly resources: readonly PlannedResourceReport[];
}

export function createPlanReport(
  plan: OverallPlan,
  warnings: readonly string[],
  { full = false }: { readonly full?: boolean } = {},
): PlanReport {
  const { installation, configurationHash, registryRevision, hash } = toPlanFile(plan);
  const counts = countPlan(plan);
  return {
    status: statusOf(counts),
    installation,
    configurationHash,
    registryRevision,
    ...(plan.accountId === undefined ? {} : { accountId: plan.accountId }),
    planHash: hash,
    counts,
    warnings,
    resources: plan.resources.map((snapshot) => ({
      ...createResourceReport(snapshot, plan),
      ...(full ? createPoliciesReport(snapshot) : {}),
    })),
  };
}

/** The status of the plan. If a resource cannot be read, the status is `incomplete`, never `up-to-date`. */
function statusOf({ change, failed }: PlanCounts): PlanReport['status'] {
  if (change > 0) return 'changes-pending';
  return failed > 0 ? 'incomplete' : 'up-to-date';
}

export const countPlan = ({ resources, discovery }: OverallPlan): PlanCounts => ({
  change: resources.filter(({ plan }) => plan?.changed === true).length,
  unchanged: resources.filter(({ plan }) => plan?.changed === false).length,
  blockedRemovals: countHeld(resources, 'removal-limit'),
  inGrace: countHeld(resources, 'grace-period'),
  failed:
    resources.filter(({ error }) => error !== undefined).length +
    discovery.failed.length +
    discovery.unreadable.length,
});

const countHeld = (resources: OverallPlan['resources'], reason: HoldReason): number =>
  resources.filter(({ plan }) => plan !== undefined && listHeldAccounts(plan.holds, reason).length > 0)
    .length;

/** The differences to show: all of them, or only those that concern the account that the plan is for. */
export const getShownDifferences = (
  { differences }: ResourceSnapshot,
  { accountId }: Pick<OverallPlan, 'accountId'>,
): readonly StatementDifference[] =>
  accountId === undefined ? differences : filterConcerning(differences, accountId);

const createResourceReport = (snapshot: ResourceSnapshot, overall: OverallPlan): PlannedResourceReport => {
  const { desired, state, plan, error } = snapshot;
  const conflict = getOpenConflict(state);
  return {
    ...splitResourceKey(desired.key),
    change: plan?.changed === true,
    differences: getShownDifferences(snapshot, overall),
    ...(plan === undefined ? {} : { size: plan.size, limit: plan.limit, unit: plan.unit }),
    ...(plan === undefined ? {} : toRecordedHolds(plan.holds, overall.active.configuration)),
    ...(conflict === undefined ? {} : { conflict }),
    ...(error === undefined ? {} : { error }),
  };
};

function createPoliciesReport(snapshot: ResourceSnapshot): Pick<PlannedResourceReport, 'policies'> {
  const policies = getPlannedPolicies(snapshot);
  return policies === undefined ? {} : { policies };
}

/** From this fraction of its limit on, a policy counts as nearly full. */
const nearlyFull = 0.8;

/** What an operator should know besides the differences, one line for each. */
export const listPlanWarnings = (plan: OverallPlan): readonly string[] => [
  ...formatSearchProblems(plan.discovery),
  ...findConfigurationWarnings(plan.active.configuration).map(
    ({ path, message }) => `${formatPath(path)} ${message}`,
  ),
  ...plan.discovery.warnings,
  ...matchWarnings(plan),
  ...resourceWarnings(plan),
];

/** Notes on the `match` of grants, for the grants on the plan's resources. */
function matchWarnings({ resources, active }: OverallPlan): readonly string[] {
  const grants = new Set(resources.flatMap(({ desired }) => desired.shares.map(({ entry }) => entry.name)));
  return listMatchNotes(active.configuration)
    .filter(({ grant }) => grants.has(grant))
    .map(({ grant, note }) => `Grant ${grant} ${note}`);
}

function resourceWarnings({ resources, active, accounts }: OverallPlan): readonly string[] {
  const failed = resources.map(({ desired, error }) => ({ resource: desired.key, error }));
  const together = groupSharedErrors(failed);
  return [
    ...together.lines,
    ...resources.flatMap((snapshot) => [
      ...conflictWarnings(snapshot),
      ...(together.resources.has(snapshot.desired.key) ? [] : errorWarnings(snapshot)),
      ...(listReadWarnings(snapshot, active).warnings ?? []),
      ...planWarnings(snapshot, { ...active, accounts }),
    ]),
  ];
}

function conflictWarnings({ desired: { key }, state }: ResourceSnapshot): readonly string[] {
  const conflict = getOpenConflict(state);
  return conflict === undefined ? [] : [`${key}: ${formatConflict(conflict)}`];
}

const errorWarnings = ({ error, desired: { key } }: ResourceSnapshot): readonly string[] =>
  error === undefined ? [] : [`${error.name}: ${withPlace(error.message, key)}`];

function planWarnings(
  { desired: { key }, plan, error }: ResourceSnapshot,
  { configuration, accounts }: { readonly configuration: Configuration } & Pick<OverallPlan, 'accounts'>,
): readonly string[] {
  if (plan === undefined) return [];
  const { holds, size, limit, unit } = plan;
  const blocked = listHeldAccounts(holds, 'removal-limit');
  const full = `${Math.ceil((size / limit) * 100)} % full (${formatNumber(size)} of ${formatNumber(limit)} ${unit})`;
  return [
    // If the plan also has an error, the error already names the blocked removals.
    ...(blocked.length === 0 || error !== undefined
      ? []
      : [createBlockedRemovalsError(key, blocked, { configuration, accounts }).message]),
    ...graceWarnings(key, toRecordedHolds(holds, configuration).holds, accounts),
    ...(size >= nearlyFull * limit ? [`${key} would be ${full}`] : []),
  ];
}

function graceWarnings(
  key: string,
  holds: ResourceChange['holds'] = [],
  accounts: OverallPlan['accounts'],
): readonly string[] {
  const text = formatGracePeriods(holds, accounts);
  return text === undefined ? [] : [`${key}: ${text}`];
}

/** Adds the resource to a message, because messages of AWS do not always name it. */
const withPlace = (message: string, key: string): string =>
  message.includes(key) ? message : `${key}: ${message}`;
