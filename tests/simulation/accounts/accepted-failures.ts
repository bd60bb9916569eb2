import type { ResourceChange } from '../../../shared/store/ports.ts';
import { expected } from '../oracle/expected.ts';
import { isFull } from '../oracle/findings.ts';
import { documentOf } from '../oracle/policies.ts';
import { refOf } from '../oracle/resources.ts';
import { clashSid } from '../oracle/sids.ts';
import { findPolicyResource } from '../policy-resources.ts';
import { type AccessFinding, findAccessFindings } from './access.ts';
import { isSpoiled } from './closed-principal.ts';
import type { SimulationContext } from './context.ts';
import { listOuLines } from './ou-memory.ts';
import { madeAnew } from './premature-revision.ts';
import { type DueLine, listDueLines, listWaitingLines } from './reported-lines.ts';
import { getSituation } from './situation.ts';

/** Work that a run has left for a good reason, until an operator does something. */
export interface AcceptedFailures {
  /** Keys of resources without room for all accounts of their grants. */
  readonly full: ReadonlySet<string>;
  /** Keys of resources with external changes, so that an operator must decide. */
  readonly conflict: ReadonlySet<string>;
  /** Keys of resources that would lose so many accounts at once that an operator must allow it. */
  readonly blocked: ReadonlySet<string>;
  /** Keys of resources whose policy AWS rejects because of another team's statement. */
  readonly spoiled: ReadonlySet<string>;
  /**
   * Keys of blocked resources where new accounts wait too, since there is no room for all accounts beside the accounts
   * with a blocked removal.
   */
  readonly halted: ReadonlySet<string>;
  /** The lines that a record must or may have for them. */
  readonly lines: readonly DueLine[];
  /** Work that was left for no good reason. */
  readonly violations: readonly string[];
}

/** Judges the errors of the latest run. */
export async function findAcceptedFailures(stage: SimulationContext): Promise<AcceptedFailures> {
  const changes = (await stage.inner.runs.getWhole(`run-${stage.executions()}`)).changes;
  const findings = await findAccessFindings(stage);
  const keys = new Set(expected(await getSituation(stage)).map(({ key }) => key));
  const accepted: ResourceChange[] = [];
  const violations: string[] = [];
  for (const change of changes.filter(({ error }) => error !== undefined && error.name in reasons)) {
    const left = { change, dropped: !keys.has(change.resource), findings };
    if (await isLeftRightly(stage, left)) accepted.push(change);
    else violations.push(`${change.resource} was left undone without reason: ${change.error?.message}`);
  }
  const keysOf = (...names: readonly string[]): ReadonlySet<string> =>
    new Set(accepted.flatMap(({ resource, error }) => (names.includes(error?.name ?? '') ? resource : [])));
  return {
    full: keysOf('PolicyTooLargeError'),
    blocked: new Set(
      accepted.filter((change) => removedBy(change).length > 0).map(({ resource }) => resource),
    ),
    halted: new Set(
      accepted.flatMap(({ resource, error, outcome, holds = [] }) =>
        error?.name === 'UnsafeChangeError' &&
        (outcome === 'refused' || holds.some(({ reason }) => reason === 'capacity'))
          ? resource
          : [],
      ),
    ),
    spoiled: keysOf('OrphanedPrincipalError'),
    conflict: keysOf('ConflictError', 'OwnershipClashError'),
    lines: [
      ...accepted.flatMap(listDueLines),
      ...listOuLines(stage),
      // Accounts that wait by the registry. Another check judges the access of all other accounts.
      ...(await listWaitingLines(stage.inner, Date.now())),
    ],
    violations,
  };
}

/** The reason must be right, and blocked removals beside it must be right by themselves. */
async function isLeftRightly(stage: SimulationContext, left: Left): Promise<boolean> {
  const isRight = reasons[left.change.error?.name ?? ''] ?? never;
  if (!(await isRight(stage, left))) return false;
  return left.change.error?.fields?.blockedRemovals === undefined || isMassRemoval(stage, left);
}

interface Left {
  readonly change: ResourceChange;
  /** Whether the resource has no grant. */
  readonly dropped: boolean;
  readonly findings: readonly AccessFinding[];
}

type Reason = (stage: SimulationContext, left: Left) => Promise<boolean>;

const never: Reason = async () => false;

/** Whether the present state of the world does not fit the accounts. */
const isTooLarge: Reason = async (stage, { change }) => isFull(await getSituation(stage), change.resource);

/** Whether AWS may have applied a write to a resource after its sender had given up. */
export const isAppliedLate = ({ faults }: Pick<SimulationContext, 'faults'>, key: string): boolean =>
  [...faults.appliedLate].some((target) => refOf(key).id.includes(target));

/** Apparent external changes that are none: most likely an unfinished write of the installation. */
export async function findFalseConflicts(stage: SimulationContext): Promise<readonly string[]> {
  const violations: string[] = [];
  for (const key of new Set(expected(await getSituation(stage)).map((row) => row.key))) {
    const { conflict } = (await stage.inner.resources.get(key)) ?? {};
    // An external write on a recreated resource before the first run looks like a removal of managed statements.
    const { arn = '' } = findPolicyResource(stage.organization.world, refOf(key)) ?? {};
    if (conflict !== undefined && touches(stage, key) === 0 && !madeAnew.test(arn))
      violations.push(
        `${key}: ${conflict.sids.join()} changed externally at ${conflict.changedAt} by the table, though nobody has changed managed statements`,
      );
  }
  return violations;
}

/**
 * Number of apparent external changes of managed statements. A late write of the installation looks like an external
 * change.
 */
function touches({ organization, managedEdits, faults }: SimulationContext, key: string): number {
  const ref = refOf(key);
  const { arn = '' } = findPolicyResource(organization.world, ref) ?? {};
  const late = [...faults.appliedLate].filter((target) => ref.id.includes(target)).length;
  return (managedEdits.times.get(arn) ?? 0) + 2 * late;
}

const isSpoiledPolicy: Reason = async (stage, { change }) =>
  isSpoiled(stage, findPolicyResource(stage.organization.world, refOf(change.resource)));

const isConflict: Reason = async (stage, { change }) => touches(stage, change.resource) >= 2;

/**
 * A write that AWS applies after the resource was cleared has the installation's mark, and the table does not know it.
 */
const isClashing: Reason = async (stage, { change, dropped }) =>
  (dropped && isAppliedLate(stage, change.resource)) || hasClash(stage, change);

const hasClash = ({ organization }: SimulationContext, change: ResourceChange): boolean =>
  documentOf(findPolicyResource(organization.world, refOf(change.resource))?.read()).Statement.some(
    ({ Sid }) => Sid === clashSid,
  );

/**
 * More accounts than the configuration's limit would lose it, or would have when they began to wait. All of them must
 * lose it.
 */
const isMassRemoval: Reason = async (stage, { change, findings }) => {
  const ids = removedBy(change);
  const here = findings.filter(({ sort, key }) => sort === 'names' && key === change.resource);
  const going = new Set(here.map(({ id }) => id));
  const many = await listBlockedTogether(stage, change.resource);
  // An account that Organizations calls closed never waits, because no selector can be wrong about it.
  const isClosed = (id: string): boolean => stage.organization.world.accounts.get(id)?.state === 'SUSPENDED';
  return ids.length > 0 && ids.every((id) => going.has(id) && many.has(id) && !isClosed(id));
};

/** Accounts that any run would have removed from the resource together with more than a configuration's limit. */
async function listBlockedTogether(stage: SimulationContext, resource: string): Promise<ReadonlySet<string>> {
  const many = new Set<string>();
  const number = Math.min(
    ...stage.activeConfigurations.all.map(({ removalLimits }) => removalLimits.accounts),
  );
  for (let run = 1; run <= stage.executions(); run += 1)
    for (const change of (await stage.inner.runs.getWhole(`run-${run}`)).changes) {
      const ids = change.resource === resource ? removedBy(change) : [];
      if (ids.length > number) for (const id of ids) many.add(id);
    }
  return many;
}

/** The accounts whose removal is blocked, by the error of a change: its own reason, or beside another one. */
const removedBy = ({ error }: ResourceChange): readonly string[] => {
  const { accountIds, blockedRemovals } = error?.fields ?? {};
  const ids = error?.name === 'UnsafeChangeError' ? accountIds : blockedRemovals;
  return Array.isArray(ids) ? ids.map(String) : [];
};

const reasons: Readonly<Record<string, Reason>> = {
  PolicyTooLargeError: isTooLarge,
  ConflictError: isConflict,
  OwnershipClashError: isClashing,
  UnsafeChangeError: isMassRemoval,
  OrphanedPrincipalError: isSpoiledPolicy,
};
