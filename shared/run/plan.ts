import pMap from 'p-map';
import { documents, isSettled, remembered } from '../apply/reconcile.ts';
import { timestamp } from '../clock.ts';
import { grantContext } from '../configuration/context.ts';
import { defaultApprovalHours } from '../configuration/schema.ts';
import { errorRecord } from '../errors.ts';
import type { RegisteredAccount } from '../organization/account.ts';
import { requireReady } from '../organization/registry.ts';
import { waits } from '../plan/approval.ts';
import { type DesiredResource, resourcesInForce } from '../plan/desired.ts';
import { planResource } from '../plan/plan.ts';
import { type ActiveConfiguration, activeConfiguration, type Services } from '../services.ts';
import type { ResourceChange } from '../store/ports.ts';
import type { AccountOutcome } from './finish.ts';

export interface PlanStep {
  readonly runId: string;
  readonly cause: string;
  /** What registering each account gave: those without a revision failed. A sweep has none: it is for all. */
  readonly accounts: readonly AccountOutcome[];
}

export interface PlannedRun {
  /** The revision that every resource must be written from at least; 0 where no account was registered. */
  readonly revision: number;
  readonly resources: number;
  readonly changes: number;
  /** Whether an account of the run waits for a person. */
  readonly approval: 'required' | 'none';
  /** How long the run waits for that. */
  readonly approvalSeconds: number;
}

/** How many resources are read at a time. */
const concurrency = 8;

/**
 * Reads every resource that may have to change, and keeps for each what is there, what should be, and whether they
 * differ. Nothing is written to AWS. A resource that cannot be planned keeps the reason; the update meets it again.
 */
export async function planRun(services: Services, { runId, cause, accounts }: PlanStep): Promise<PlannedRun> {
  const { registry } = services.store;
  const sweep = cause === 'sweep';
  const revision = await revisionOf(services, accounts, sweep);
  if (revision === 0) return { revision, resources: 0, changes: 0, ...nobodyWaits };
  await requireReady(registry);
  const active = await activeConfiguration(services.store);
  const registered = await registry.accounts();
  const plan = { runId, revision, active, registered, readAll: sweep || cause === 'manual', sweep };
  const done = await resumed(services, runId);
  const changes = await pMap(
    resourcesInForce(active, registered),
    async (desired) => {
      const change = await planOne(services, plan, desired);
      const isKept = change.planned === 'none' && done.has(desired.key);
      if (!isKept) await services.store.runs.putChange(runId, change);
      return change;
    },
    { concurrency },
  );
  return {
    revision,
    resources: changes.length,
    changes: changes.filter(({ planned }) => planned !== 'none').length,
    ...approvalFor(active, registered, accounts),
  };
}

/** The revision that every resource must be written from at least. */
async function revisionOf(
  { store }: Services,
  accounts: PlanStep['accounts'],
  sweep: boolean,
): Promise<number> {
  // A configuration that cannot be read keeps every account from being registered; that is the run's own error.
  if (accounts.some(({ error }) => error?.Error === 'ConfigurationError')) await activeConfiguration(store);
  if (sweep) return store.registry.revision();
  return Math.max(0, ...accounts.flatMap((account) => account.revision ?? []));
}

const nobodyWaits = { approval: 'none', approvalSeconds: defaultApprovalHours * 3_600 } as const;

/** An account waits by the registry, also where the configuration has ceased to ask since it was registered. */
function approvalFor(
  { configuration }: ActiveConfiguration,
  registered: readonly RegisteredAccount[],
  accounts: PlanStep['accounts'],
): Pick<PlannedRun, 'approval' | 'approvalSeconds'> {
  const own = new Set(accounts.map(({ accountId }) => accountId));
  if (!registered.some((account) => own.has(account.id) && waits(account))) return nobodyWaits;
  const hours = configuration.approval?.timeLimitHours ?? defaultApprovalHours;
  return { approval: 'required', approvalSeconds: hours * 3_600 };
}

/**
 * A run that has waited for approval goes on. What it wrote before stays on record where nothing has to be done again.
 * @returns the resources that it has written before
 */
async function resumed({ store: { runs } }: Services, runId: string): Promise<ReadonlySet<string>> {
  const run = await runs.get(runId);
  if (run?.waitingUntil === undefined) return new Set();
  const { reason: _, ...goesOn } = run;
  if (run.status === 'waiting-for-approval') await runs.put({ ...goesOn, status: 'running' });
  const written = (await runs.changes(runId)).filter(({ outcome }) => outcome === 'written');
  return new Set(written.map(({ resource }) => resource));
}

interface RunPlan {
  readonly runId: string;
  readonly revision: number;
  readonly active: ActiveConfiguration;
  readonly registered: readonly RegisteredAccount[];
  /** Somebody who starts a run by hand wants to know how things are, not how they were left. */
  readonly readAll: boolean;
  readonly sweep: boolean;
}

async function planOne(services: Services, plan: RunPlan, desired: DesiredResource): Promise<ResourceChange> {
  const { active, registered, runId } = plan;
  const { configuration } = active;
  const state = await services.store.resources.get(desired.key);
  const change = { resource: desired.key, plannedGeneration: state?.generation ?? 0 };
  if (!plan.readAll && isSettled(state, plan.revision, active.hash)) return { ...change, planned: 'none' };
  try {
    const clients = services.aws(runId, configuration).reader(desired.ref);
    const actual = await desired.kind.read(clients, desired.ref, grantContext(configuration));
    const memory = remembered(state, active.hash);
    const planned = planResource({ desired, actual, ...memory, configuration, accounts: registered });
    const { changed, withheld, next, owned, size, limit } = planned;
    const seen = { ...change, plannedAt: timestamp(services.clock), size, limit };
    // Removals that wait for a person are a difference, which each sweep reports again.
    if (plan.sweep && !changed && withheld.length === 0) return { ...seen, planned: 'none' };
    return {
      ...seen,
      planned: changed || withheld.length > 0 ? 'change' : 'none',
      before: documents(desired, actual, memory.remembered),
      after: documents(desired, next, owned),
    };
  } catch (error) {
    return { ...change, error: errorRecord(error) };
  }
}
