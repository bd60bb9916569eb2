import pMap from 'p-map';
import { InvalidPrincipalError } from '../platform/aws/errors.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import { rehydrateError } from '../platform/errors.ts';
import { createContextReaders } from '../reconcile/context-readers.ts';
import { formatRejections } from '../reconcile/hold-text.ts';
import { listHeldAccounts, listRejections } from '../reconcile/holds.ts';
import { reconcileResource } from '../reconcile/reconcile.ts';
import type { Services } from '../reconcile/services.ts';
import type { Outcome, RejectedPrincipalHold, ResourceChange, Store } from '../store/ports.ts';
import { readAccounts } from './read-accounts.ts';

export interface UpdateStep {
  readonly runId: string;
  readonly centralAccount: CentralAccountName;
  readonly accountId: string;
  readonly revision: number;
}

export interface UpdatedAccount {
  readonly centralAccount: CentralAccountName;
  /** How many resources have each outcome. */
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
}

/** How many resources are written at a time. */
const concurrency = 4;

/**
 * Reconciles the planned resources of one central account, each under its lease. If one resource fails, the work on the
 * others continues. All outcomes are stored before an error is thrown.
 * @throws a retryable error if work is left that can succeed later, so that the state machine repeats the step
 */
export async function updateCentralAccount(
  services: Services,
  { runId, centralAccount, accountId, revision }: UpdateStep,
): Promise<UpdatedAccount> {
  const { logger, store } = services;
  const { runs } = store;
  const whole = await runs.getPart(runId, accountId);
  const readers = createContextReaders(store);
  const accountIds = whole.run?.accountIds ?? [];
  const planned = whole.changes.filter((change) => change.centralAccount === centralAccount);
  const othersWait = planned.some(canBeRetried);
  const isSkipped = (change: ResourceChange): boolean =>
    isDone(change, accountIds) || (othersWait && isRecent(change, services.clock.now()));
  const due = planned.filter((change) => !isSkipped(change)).map(({ resource }) => resource);
  const states = await services.store.resources.getMany(due);
  const changes = await pMap(
    planned,
    async (change) => {
      if (isSkipped(change)) return change;
      const done = await reconcileResource(services, {
        runId,
        planned: change,
        revision,
        gathers: true,
        accountIds,
        readers,
        lastState: states.get(change.resource),
      });
      logger.info('Resource reconciled', { runId, centralAccount, ...toLogFields(done) });
      return done;
    },
    { concurrency },
  );
  await throwWhatCanBeRetried(services.store, changes, accountIds);
  return { centralAccount, outcomes: count(changes) };
}

/**
 * The log fields of one result, with the accounts whose access changed. Policy documents are not logged: the run's
 * record has them.
 */
const toLogFields = ({ resource, outcome, added, removed, error }: ResourceChange): object => ({
  resource,
  result: outcome,
  ...(added === undefined || added.length === 0 ? {} : { added: added.slice(0, longestList) }),
  ...(removed === undefined || removed.length === 0 ? {} : { removed: removed.slice(0, longestList) }),
  ...(error === undefined ? {} : { error: `${error.name}: ${error.message}` }),
});

/** How many accounts a log line names at most, because CloudWatch Logs allows 256 KiB for an event. */
const longestList = 100;

/** Whether an earlier attempt of this step has finished the work on the resource. */
const isDone = (change: ResourceChange, accountIds: readonly string[]): boolean =>
  change.outcome !== undefined && !canBeRetried(change) && !isOwnRejected(change, accountIds);

const canBeRetried = ({ error }: ResourceChange): boolean => error?.retryable === true;

/** How long the state machine waits at most before the first retry for a rejected principal, in milliseconds. */
const refusedPause = 20_000;

/**
 * Whether AWS rejected the principal a moment ago. If a retry comes for another reason, such as a busy resource, it is
 * too early to try the principal again.
 */
const isRecent = (change: ResourceChange, now: number): boolean =>
  getRejections(change).length > 0 && now < Date.parse(change.finishedAt ?? '') + refusedPause;

/** Accounts that AWS rejected. Empty if the policy is full: then accounts wait for room first. */
const getRejections = ({ outcome, holds = [] }: ResourceChange): readonly RejectedPrincipalHold[] =>
  outcome === 'held' && listHeldAccounts(holds, 'capacity').length === 0 ? listRejections(holds) : [];

/**
 * Whether AWS rejected an account of this run. A retry makes sense, because AWS may accept a new account some minutes
 * later.
 */
const isOwnRejected = (change: ResourceChange, own: readonly string[]): boolean =>
  getRejections(change).some(({ accountId }) => own.includes(accountId));

async function throwWhatCanBeRetried(
  { registry }: Store,
  changes: readonly ResourceChange[],
  accountIds: readonly string[],
): Promise<void> {
  const again = changes.find(canBeRetried);
  if (again?.error !== undefined) throw rehydrateError(again.error);
  const refused = changes.find((change) => isOwnRejected(change, accountIds));
  if (refused === undefined) return;
  const { resource } = refused;
  const rejected = getRejections(refused);
  const ids = rejected.map(({ accountId }) => accountId);
  const accounts = await readAccounts(registry, ids);
  throw new InvalidPrincipalError(`${resource}: ${formatRejections(rejected, accounts)}`, {
    resource,
    accountIds: ids,
  });
}

function count(changes: readonly ResourceChange[]): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (const { outcome } of changes) if (outcome !== undefined) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}
