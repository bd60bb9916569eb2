import { listCentralNames } from '../../shared/configuration/context.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { formatDifference } from '../../shared/iam/difference-text.ts';
import { listGrantNames } from '../../shared/reconcile/desired-resources.ts';
import { listDrift, type ResourceDrift } from '../../shared/reconcile/drift.ts';
import type { OverallPlan, ResourceSnapshot } from '../../shared/reconcile/plan-all.ts';
import { measure } from '../capacity-report.ts';
import { formatConflict } from '../conflict-text.ts';
import type { ResourceFacts } from './facts.ts';
import { toLines } from './lines.ts';

/** Each resource with its drift, its conflict, its holds and its capacity. Pure. */
export function createResourceFacts(plan: OverallPlan): readonly ResourceFacts[] {
  const drifts = new Map(listDrift(plan).map((drift) => [drift.resource, drift]));
  const { configuration } = plan.active;
  return plan.resources.flatMap((snapshot) => {
    const drift = drifts.get(snapshot.desired.key);
    return drift === undefined ? [] : [describe(snapshot, drift, configuration)];
  });
}

function describe(
  snapshot: ResourceSnapshot,
  drift: ResourceDrift,
  configuration: Configuration,
): ResourceFacts {
  const { key, kind, ref, shares } = snapshot.desired;
  const { budget, error } = shares.length === 0 ? {} : measure(snapshot, configuration);
  const failed = drift.error ?? error;
  return {
    key,
    kind: ref.kind,
    title: kind.title,
    account: ref.accountId,
    accountName: listCentralNames(configuration, ref.accountId).join(', '),
    region: ref.region,
    id: ref.id,
    grants: [...new Set(listGrantNames(snapshot.desired))],
    drift: drift.status,
    unmanagedChanged: drift.foreign === 'changed',
    notes: [...listNotes(drift)],
    difference: [...toLines(formatDifference(drift.differences))],
    held: countHolds(drift),
    ...(budget === undefined ? {} : { capacity: { ...budget, room: budget.room ?? null } }),
    ...(failed === undefined ? {} : { error: { name: failed.name, message: failed.message } }),
  };
}

const listNotes = ({ conflict, unmanaged }: ResourceDrift): readonly string[] => [
  ...(conflict === undefined ? [] : [formatConflict(conflict)]),
  ...(unmanaged?.changes ?? []).map(
    ({ kind, label }) =>
      `The unmanaged statement ${label === '' ? 'without a Sid' : label} was ${kind} since ${unmanaged?.since}.`,
  ),
];

function countHolds({ holds = [] }: ResourceDrift): ResourceFacts['held'] {
  const groups = Map.groupBy(holds, ({ reason, change }) => `${reason} ${change}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined
      ? []
      : [{ reason: first.reason, change: first.change, accounts: group.length }];
  });
}
