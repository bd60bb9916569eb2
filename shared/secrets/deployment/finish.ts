import { getTimestamp } from '../../platform/clock.ts';
import { parseTaskError } from '../../platform/lambda/task-error.ts';
import { recordAndAnnounce } from '../../runs/record/announce.ts';
import {
  type Delivery,
  type DeliveryKey,
  type DeliveryStatus,
  isUnfinished,
  type OutboxStore,
  type RunRecord,
} from '../../store/ports.ts';
import { StoredItemError } from '../../store/stored-item-error.ts';
import { formatProblem } from './claim-result.ts';
import { isSecretDelivery } from './delivery.ts';
import type { DeploymentServices } from './services.ts';

/** How one delivery ended for the state machine: normally, or with an error that it caught. */
interface DeliveryOutcome extends DeliveryKey {
  readonly error?: { readonly Error: string; readonly Cause?: string | undefined } | undefined;
}

export interface FinishDeployments {
  readonly runId: string;
  readonly startedAt: string;
  readonly deliveries: readonly DeliveryOutcome[];
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export interface FinishedDeployments {
  readonly runId: string;
  readonly status: 'succeeded' | 'failed';
}

/**
 * The last step of a run. It reads from the deliveries how the run ended, stores that in the record, and announces it.
 */
export async function finishDeployments(
  services: DeploymentServices,
  { runId, startedAt, deliveries, problems, warnings }: FinishDeployments,
): Promise<FinishedDeployments> {
  const { runs, outbox } = services.store;
  const opened = await runs.get(runId);
  const stored = await Promise.all(
    deliveries.map(async (outcome) => ({ outcome, ...(await deliveryOf(outbox, outcome)) })),
  );
  const unresolved = [
    ...problems,
    ...stored.flatMap(({ outcome, delivery, unreadable }) =>
      unreadable === undefined
        ? formatUnresolved(runId, outcome, delivery)
        : [formatProblem(outcome.source, unreadable)],
    ),
  ];
  const own = stored.flatMap(({ delivery }) => (delivery === undefined ? [] : [delivery]));
  const status = unresolved.length === 0 ? 'succeeded' : 'failed';
  const run: RunRecord = {
    runId,
    status,
    startedAt: opened?.startedAt ?? startedAt,
    finishedAt: getTimestamp(services.clock),
    cause: opened?.cause ?? 'deployment',
    accountIds: [...new Set(own.map(({ accountId }) => accountId))].sort(),
    reason: unresolved[0] ?? summary(own, runId),
    ...(unresolved.length === 0 ? {} : { unresolved }),
    ...(warnings.length === 0 ? {} : { warnings }),
  };
  // Whether the end of the run is only recorded and not announced. A rotation sends two or three events, even for
  // secrets that nobody deploys. And a suspension is announced only once.
  const noNews =
    unresolved.length === 0 &&
    (own.length === 0 ? run.cause === 'rotated' : own.every((delivery) => isTold(delivery, runId)));
  if (noNews) await runs.put(run);
  else await recordAndAnnounce(services, run, opened);
  return { runId, status };
}

/** The stored delivery. `undefined` if its item is malformed, because the run must end all the same. */
async function deliveryOf(
  outbox: OutboxStore,
  key: DeliveryKey,
): Promise<{ readonly delivery?: Delivery | undefined; readonly unreadable?: StoredItemError }> {
  try {
    return { delivery: await outbox.get(key) };
  } catch (error) {
    if (error instanceof StoredItemError) return { unreadable: error };
    throw error;
  }
}

const fine: ReadonlySet<DeliveryStatus> = new Set(['complete', 'superseded', 'withdrawn']);

/** Whether another run has already announced that this delivery is suspended. */
const isTold = ({ again }: Delivery, runId: string): boolean =>
  again !== undefined && again.notifiedByRun !== runId;

/**
 * Lines about a delivery that is not complete. Empty if it is complete, if it gave way to a later version, or if
 * another run continues it.
 */
function formatUnresolved(
  runId: string,
  { source, id, error }: DeliveryOutcome,
  delivery: Delivery | undefined,
): readonly string[] {
  if (delivery === undefined) return [`${source} ${id}: its item is not in the table any more`];
  if (fine.has(delivery.status) || delivery.runId !== runId || isTold(delivery, runId)) return [];
  const where = `${nameOf(delivery)} to environment ${delivery.target.environment}`;
  if (!isUnfinished(delivery)) return [`${where}: ${delivery.status}: ${delivery.reason ?? ''}`];
  const why = error === undefined ? '' : `: ${error.Error}: ${parseTaskError(error.Cause)}`;
  return [`${where}: ${delivery.status}. The next scheduled check continues it${why}`];
}

const nameOf = (delivery: Delivery): string =>
  isSecretDelivery(delivery)
    ? `${delivery.source}, version ${delivery.version}`
    : `Profile ${delivery.target.profile}, version ${delivery.version}`;

function summary(deliveries: readonly Delivery[], runId: string): string {
  if (deliveries.length === 0)
    return 'Nothing to deploy: there is no target, or each target has this version already or gets it from another run';
  const count = (status: DeliveryStatus) => deliveries.filter((each) => each.status === status).length;
  const seconds = deliveries.reduce((sum, { retriedStarts }) => sum + retriedStarts, 0);
  const elsewhere = deliveries.filter((each) => isUnfinished(each) && each.runId !== runId).length;
  const waiting = deliveries.filter(({ again }) => again !== undefined).length;
  const more = [
    ...(count('superseded') === 0 ? [] : [`${count('superseded')} overtaken by a newer version`]),
    ...(count('withdrawn') === 0
      ? []
      : [`${count('withdrawn')} withdrawn, because the target does not serve the secret any more`]),
    ...(elsewhere === 0 ? [] : [`${elsewhere} continued by another run`]),
    ...(waiting === 0 ? [] : [`${waiting} still wait for the scheduled check`]),
    ...(seconds === 0 ? [] : [`${seconds} started again, because the first answer of AppConfig was lost`]),
  ];
  return [`${count('complete')} of ${deliveries.length} deployments complete`, ...more].join(', ');
}
