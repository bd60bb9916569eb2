import type * as z from 'zod';
import { parseTaskError } from '../platform/lambda/task-error.ts';
import type { Services } from '../reconcile/services.ts';
import { type FinishedRun, failRun } from './finish.ts';
import type { failedExecutionEvent } from './step-schemas.ts';

/**
 * Ends a run whose execution ended in a way that a state machine cannot catch: `States.DataLimitExceeded`, an abort, or
 * a time-out. The record of a run that has ended stays as it is.
 */
export const recordFailedExecution = (
  services: Services,
  { detail: { name, status, startDate, error, cause } }: z.infer<typeof failedExecutionEvent>,
): Promise<FinishedRun> =>
  failRun(services, {
    runId: name,
    startedAt: new Date(startDate).toISOString(),
    error: {
      name: error ?? `States.${status}`,
      message: parseTaskError(cause ?? undefined) || `The execution ended as ${status}`,
      retryable: false,
    },
  });
