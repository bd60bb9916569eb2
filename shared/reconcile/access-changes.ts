import type { AccessCounts, Reach, RecordedHold, ResourceChange, RunRecord } from '../store/ports.ts';
import { listHeldAccounts } from './holds.ts';

/**
 * The accounts that gained, lost or keep access by the changes of one run, in the form that the run's record stores.
 * Empty if the run changed no access.
 */
export function summarizeAccess(changes: readonly ResourceChange[]): Pick<RunRecord, 'accessChanges'> {
  const gains = changes.map(getAccessChanges);
  const accessChanges: AccessCounts = {
    granted: reach(gains.map(({ added = [] }) => added)),
    revoked: reach(gains.map(({ removed = [] }) => removed)),
    inGrace: reach(changes.map(({ holds = [] }) => listHeldAccounts(holds, 'grace-period'))),
  };
  return Object.values(accessChanges).some(({ accounts }) => accounts > 0) ? { accessChanges } : {};
}

const reach = (resources: readonly (readonly string[])[]): Reach => ({
  accounts: new Set(resources.flat()).size,
  resources: resources.filter((ids) => ids.length > 0).length,
});

/**
 * What a run did to the access of an account that is not a member of the organization: `its access to 3 resources was
 * removed`.
 */
export function formatRemovalSummary(changes: readonly ResourceChange[], accountId: string): string {
  const from = changes.filter((each) => getAccessChanges(each).removed?.includes(accountId)).length;
  const ends = changes.flatMap(({ holds = [] }) => listGraceEnds(holds, accountId)).sort();
  const parts = [
    ...(from === 0 ? [] : [`its access to ${resources(from)} was removed`]),
    ...(ends.length === 0
      ? []
      : [`it keeps its access to ${resources(ends.length)} for a grace period until ${ends.at(-1)}`]),
  ];
  return parts.length === 0 ? 'it gets no access, and this run removed none' : parts.join('; ');
}

const listGraceEnds = (holds: readonly RecordedHold[], accountId: string): readonly string[] =>
  holds.flatMap((hold) =>
    hold.reason === 'grace-period' && hold.accountId === accountId ? [hold.until] : [],
  );

const resources = (count: number): string => (count === 1 ? '1 resource' : `${count} resources`);

/**
 * The accounts that gained or lost access by one change. If the change failed or is not made yet, these are the
 * accounts that its plan names.
 */
export function getAccessChanges({
  outcome,
  added,
  removed,
}: ResourceChange): Pick<ResourceChange, 'added' | 'removed'> {
  if (outcome !== 'written' && outcome !== 'held') return {};
  return { ...(added === undefined ? {} : { added }), ...(removed === undefined ? {} : { removed }) };
}

/** The warnings that planning has recorded for the resources of a run. */
export const listWarnings = (changes: readonly ResourceChange[]): readonly string[] =>
  changes.flatMap(({ warnings = [] }) => warnings);
