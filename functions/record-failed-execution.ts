import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { parseTaskError } from '../shared/platform/lambda/task-error.ts';
import type { Services } from '../shared/reconcile/services.ts';
import { failRun } from '../shared/runs/finish.ts';
import { failedExecutionEvent } from '../shared/runs/step-schemas.ts';

/**
 * Ends a run whose execution died in a way that the state machine cannot catch: `States.DataLimitExceeded`, abort,
 * time-out.
 */
export const createHandler = createStepHandler({
  name: 'record-failed-execution',
  input: failedExecutionEvent,
  run: (services: Services, { detail: { name, status, startDate, error, cause } }) =>
    failRun(services, {
      runId: name,
      startedAt: new Date(startDate).toISOString(),
      error: {
        name: error ?? `States.${status}`,
        message: parseTaskError(cause ?? undefined) || `The execution ended as ${status}`,
        retryable: false,
      },
    }),
});

export const handler = createHandler(getLambdaServices);
