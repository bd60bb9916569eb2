import * as z from 'zod';
import type { CallCounts } from '../shared/platform/aws/plugins.ts';
import type { ErrorRecord } from '../shared/platform/errors.ts';
import type { Delivery, DeliveryKey, RunRecord, Store } from '../shared/store/ports.ts';
import type { StateEvent, StateMachineResult } from '../simulator/run-state-machine.ts';
import { sortCalls, toAccountFields } from './run-report.ts';

/** The output of `run --json` for one version and one environment. */
export interface DeliveryReport {
  readonly account: string;
  readonly region: string;
  /** ARN of the secret. Absent for a hosted configuration. */
  readonly secret?: string;
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  readonly version: string;
  readonly status: Delivery['status'];
  /** Number of AppConfig's deployment. Absent if none was started. */
  readonly deployment?: number;
  readonly startAttempts: number;
  /** Number of starts after a missing answer. */
  readonly retriedStarts: number;
  readonly reason?: string;
  readonly error?: ErrorRecord;
}

/** The output of `run --json` for an event or input about secrets and deployments. */
export interface DeploymentReport {
  readonly status: 'succeeded' | 'failed' | 'ignored';
  readonly runId: string;
  /** `rotated`, `rotation-failed`, `deployment` (by hand) or `scheduled`. */
  readonly cause?: string;
  readonly accountId?: string;
  readonly accountIds?: readonly string[];
  readonly reason?: string;
  readonly deployments: readonly DeliveryReport[];
  readonly unresolved: readonly string[];
  readonly calls: CallCounts;
  readonly durationMs: number;
  readonly error?: ErrorRecord;
}

const resolved = z.looseObject({
  deliveries: z.array(z.object({ source: z.string(), id: z.string() })),
});

/** The deliveries of a run, as its first step returns them. */
export function readDeliveries({ type, state, output }: StateEvent): readonly DeliveryKey[] {
  if (type !== 'exited' || state !== 'ResolveDeployment') return [];
  const parsed = resolved.safeParse(output);
  return parsed.success ? parsed.data.deliveries : [];
}

export interface EndedDeployment {
  readonly runId: string;
  readonly result: StateMachineResult;
  readonly deliveries: readonly DeliveryKey[];
  readonly calls: CallCounts;
  readonly durationMs: number;
}

/** The run, from its record and the outbox. */
export async function createDeploymentReport(
  { runs, outbox }: Store,
  { runId, result, deliveries, calls, durationMs }: EndedDeployment,
): Promise<DeploymentReport> {
  const record = (await runs.get(runId)) ?? unrecorded(runId, result);
  const stored = await Promise.all(deliveries.map((key) => outbox.get(key)));
  const { cause, reason, error, unresolved = [], accountIds } = record;
  return {
    status: record.status === 'succeeded' || record.status === 'ignored' ? record.status : 'failed',
    runId,
    ...(cause === undefined ? {} : { cause }),
    ...toAccountFields(accountIds),
    ...(reason === undefined ? {} : { reason }),
    deployments: stored.flatMap((delivery) =>
      delivery === undefined ? [] : [createDeliveryReport(delivery)],
    ),
    unresolved,
    calls: sortCalls(calls),
    durationMs,
    ...(error === undefined ? {} : { error }),
  };
}

/** A scheduled check without any work stores no record. Makes one for the output. */
const unrecorded = (runId: string, { status, error, cause }: StateMachineResult): RunRecord => ({
  runId,
  startedAt: '',
  accountIds: [],
  ...(status === 'SUCCEEDED'
    ? { status: 'ignored', reason: 'No deployment is pending, and no secret has a new version to deploy' }
    : {
        status: 'failed',
        reason: `The state machine ended without a run record: ${error ?? 'no error'}: ${cause ?? 'no cause'}`,
      }),
});

function createDeliveryReport(delivery: Delivery): DeliveryReport {
  const { source, accountId, region, target, version, status, startAttempts, retriedStarts } = delivery;
  const { application, environment, profile } = target;
  const { deployment, reason, error } = delivery;
  return {
    account: accountId,
    region,
    ...(source.startsWith('arn:') ? { secret: source } : {}),
    ...{ application, environment, profile, version, status },
    ...(deployment === undefined ? {} : { deployment }),
    startAttempts,
    retriedStarts,
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
}
