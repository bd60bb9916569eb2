import { expected } from '../oracle/expected.ts';
import { documentOf } from '../oracle/policies.ts';
import { isManaged } from '../oracle/sids.ts';
import { findPolicyResource } from '../policy-resources.ts';
import type { AcceptedFailures } from './accepted-failures.ts';
import type { Action } from './action.ts';
import { isSpoiled } from './closed-principal.ts';
import type { SimulationContext } from './context.ts';
import { removeManagedStatement } from './external-edits-to-ours.ts';
import { listWaitingIds } from './reported-lines.ts';
import { getSituation } from './situation.ts';

/** Longer than a stale read of a write can last. */
const aWhile = 10 * 60_000;

/**
 * In the quiet at the end, an external edit removes a managed statement, twice. A resource without a strike is
 * restored. A resource with a strike gets a conflict, and no run writes it.
 */
export async function findConflictViolations(
  stage: SimulationContext,
  accepted: AcceptedFailures,
): Promise<readonly string[]> {
  // Of the blocked removals, what is gone is gone.
  const left = [...accepted.full, ...accepted.conflict, ...accepted.blocked, ...accepted.spoiled];
  const { world } = stage.organization;
  // An account that waits for approval keeps its access, but lost access is not restored.
  if (listWaitingIds(await stage.inner.registry.listAccounts()).length > 0) return [];
  const rows = new Map(expected(await getSituation(stage)).map((row) => [row.key, row]));
  const candidates = [...rows.values()].flatMap(({ key, ref, named }) => {
    const resource = findPolicyResource(world, ref);
    const count = ours(stage, resource?.read()).length;
    if (!named || resource === undefined || count === 0 || left.includes(key)) return [];
    // AWS rejects every write of a policy with an unmanaged statement that names a closed account.
    return isSpoiled(stage, resource) ? [] : [{ key, place: resource, count }];
  });
  const [candidate] = candidates;
  if (candidate === undefined) return [];
  const violations: string[] = [];
  for (let time = 1; time <= 2; time += 1) {
    const before = await stage.inner.resources.get(candidate.key);
    await new Promise((resolve) => setTimeout(resolve, aWhile));
    removeManagedStatement(stage as Parameters<Action>[0], candidate.place);
    await stage.start({}, 'organization-sweep');
    const after = await stage.inner.resources.get(candidate.key);
    const restored = ours(stage, candidate.place.read()).length === candidate.count;
    const isOpen = after?.conflict?.strikes === 2;
    const due = before?.conflict !== undefined;
    if (isOpen !== due || restored === due)
      violations.push(
        `${candidate.key}: others have changed what is ours, and it is ${isOpen ? '' : 'not '}in conflict and ` +
          `${restored ? '' : 'not '}restored`,
      );
    if (isOpen) return violations;
  }
  return violations;
}

const ours = ({ configuration }: SimulationContext, text: string | undefined) =>
  documentOf(text).Statement.filter(({ Sid }) => isManaged(Sid, configuration.installation));
