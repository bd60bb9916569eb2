import type { ActiveConfiguration } from '../../configuration/active-configuration.ts';
import { canonicalKey } from '../../iam/equality.ts';
import { listManagedStatements } from '../../iam/managed-statements.ts';
import { labelStatement } from '../../iam/statement-label.ts';
import { getTimestamp } from '../../platform/clock.ts';
import { toErrorRecord } from '../../platform/errors.ts';
import type { ResourceChange, RunRecord } from '../../store/ports.ts';
import { assertStillDesired } from '../assert-still-desired.ts';
import { toRecordDocuments } from '../change-record.ts';
import { loadContext, type ReconcileContext } from '../context.ts';
import { createContextReaders } from '../context-readers.ts';
import type { DesiredResource } from '../desired-resource.ts';
import { StalePlanError } from '../errors.ts';
import { type Lease, withLease } from '../lease.ts';
import { toErrorOutcome } from '../outcome.ts';
import type { OverallPlan } from '../plan-all.ts';
import { readBack } from '../read-back.ts';
import { accessResource } from '../resource-access.ts';
import type { Services } from '../services.ts';
import { listUnmanagedStatements } from '../unmanaged-changes.ts';
import { createProofContext, joinDocuments } from './adopt-all.ts';
import { type AdoptedStatement, judgeStatements } from './adopt-resource.ts';

/** The unmanaged statements of a resource that its managed statements make superfluous. There is at least one. */
export interface SupersededResource {
  readonly desired: DesiredResource;
  readonly statements: readonly AdoptedStatement[];
}

/**
 * Lists the statements that can be removed now. For a resource with planned changes it lists none: `apply` may be about
 * to change its managed statements. Pure.
 */
export const listSuperseded = ({ active, accounts, resources }: OverallPlan): readonly SupersededResource[] =>
  resources.flatMap(({ desired, actual, plan, state }) => {
    if (actual === undefined || plan === undefined || plan.changed) return [];
    const statements = findSuperseded(
      { ...active, accounts, desired, remembered: state?.managed.sids },
      actual,
    );
    return statements.length === 0 ? [] : [{ desired, statements }];
  });

interface Judging extends Pick<ReconcileContext, 'desired' | 'accounts'> {
  readonly configuration: ActiveConfiguration['configuration'];
  /** The Sids of the statements that this installation has written. */
  readonly remembered: readonly string[] | undefined;
}

function findSuperseded(
  { configuration, accounts, desired, remembered = [] }: Judging,
  documents: ReturnType<DesiredResource['kind']['toDocuments']>,
): readonly AdoptedStatement[] {
  if (desired.kind.withoutStatements === undefined) return [];
  const document = joinDocuments(documents);
  const managed = listManagedStatements(document, configuration.installation).filter(({ Sid = '' }) =>
    remembered.includes(Sid),
  );
  const proof = createProofContext({ configuration, accounts }, desired, document);
  return judgeStatements({ ...proof, document }, managed).filter(
    ({ proof: { verdict } }) => verdict === 'proven',
  );
}

export interface RemovalRequest {
  readonly runId: string;
  /** The plan in which the operator has seen the statements. */
  readonly plan: OverallPlan;
  readonly resources: readonly SupersededResource[];
  /** The operator, as `user@host`. */
  readonly startedBy: string;
  readonly isInterrupted?: () => boolean;
}

/**
 * Removes superseded statements and records the changes as one run. It takes the lease of each resource first, reads
 * the resource again, and makes the proof again from what it read. If the proof fails, or if anything has changed since
 * the plan, the resource is not written.
 */
export async function removeSuperseded(
  services: Services,
  { runId, plan, resources, startedBy, isInterrupted = () => false }: RemovalRequest,
): Promise<readonly ResourceChange[]> {
  const { runs } = services.store;
  const startedAt = getTimestamp(services.clock);
  const opened: RunRecord = {
    runId,
    status: 'running',
    startedAt,
    cause: 'adopt',
    accountIds: [],
    startedBy,
  };
  await runs.put(opened);
  await runs.putChangedAccounts(runId, [...new Set(resources.map(({ desired }) => desired.ref.accountId))]);
  const changes: ResourceChange[] = [];
  for (const resource of resources) {
    if (isInterrupted()) break;
    const change = await removeOne(services, { runId, plan }, resource);
    await runs.putChange(runId, change);
    changes.push(change);
  }
  const unresolved = resources
    .map(({ desired: { key } }) => key)
    .filter((key) => !changes.some(({ resource, outcome }) => resource === key && outcome === 'written'));
  await runs.put({
    ...opened,
    status: unresolved.length === 0 ? 'succeeded' : 'failed',
    unresolved,
    finishedAt: getTimestamp(services.clock),
  });
  return changes;
}

async function removeOne(
  services: Services,
  { runId, plan }: Pick<RemovalRequest, 'runId' | 'plan'>,
  shown: SupersededResource,
): Promise<ResourceChange> {
  const resource = shown.desired.key;
  try {
    const done = await withLease(
      services,
      { resource, runId, look: async () => ({ settled: false }) },
      async (lease) => removeWithLease(services, { runId, plan, shown, lease }),
    );
    return { resource, outcome: 'written', ...done, finishedAt: getTimestamp(services.clock) };
  } catch (error) {
    const finishedAt = getTimestamp(services.clock);
    return { resource, outcome: toErrorOutcome(error), error: toErrorRecord(error), finishedAt };
  }
}

interface Removing extends Pick<RemovalRequest, 'runId' | 'plan'> {
  readonly shown: SupersededResource;
  readonly lease: Lease;
}

async function removeWithLease(
  services: Services,
  { runId, plan, shown, lease }: Removing,
): Promise<Pick<ResourceChange, 'before' | 'after'>> {
  const { key } = shown.desired;
  const state = await services.store.resources.get(key);
  const readers = createContextReaders(services.store);
  const context = await loadContext(services, key, { state, readers });
  if (context === undefined || context.revision !== plan.revision)
    throw createStaleError(key, 'accounts have changed');
  const { desired, active, remember } = context;
  const { kind } = desired;
  const access = accessResource(services, runId, lease, context);
  const actual = await access.read();
  const remembered = state?.managed.sids;
  const { configuration } = active;
  const documents = kind.toDocuments(actual, remembered);
  const statements = findSuperseded({ ...context, configuration, remembered }, documents);
  requireShown(key, shown.statements, statements);
  const wanted = shown.statements.map(({ statement }) => canonicalKey(statement));
  const next = kind.withoutStatements?.(
    actual,
    statements.map(({ statement }) => statement).filter((each) => wanted.includes(canonicalKey(each))),
  );
  await assertStillDesired(services, context);
  lease.check();
  await access.write(actual, next);
  const after = await readBack(services, desired, next, access.read);
  if (state !== undefined) {
    const unmanaged = listUnmanagedStatements(kind.toDocuments(next, remembered), configuration.installation);
    lease.check();
    await remember({ ...state, unmanaged });
  }
  return {
    before: toRecordDocuments(desired, actual, remembered),
    after: toRecordDocuments(desired, after, remembered),
  };
}

/** @throws StalePlanError if the proof no longer holds for a statement that the operator has seen */
function requireShown(
  key: string,
  shown: readonly AdoptedStatement[],
  now: readonly AdoptedStatement[],
): void {
  const proven = new Set(now.map(({ statement }) => canonicalKey(statement)));
  const lost = shown.find(({ statement }) => !proven.has(canonicalKey(statement)));
  if (lost !== undefined)
    throw createStaleError(
      key,
      `the policy has changed, and ${labelStatement(lost.statement)} is not proven to be superfluous any more`,
    );
}

const createStaleError = (resource: string, reason: string): StalePlanError =>
  new StalePlanError(`${resource}: ${reason}. Nothing was changed there. Run the command again`, {
    resource,
  });
