import { failRun, messageOf } from '../shared/run/finish.ts';
import { failedExecutionEvent } from '../shared/run/steps.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

/** Ends a run whose execution died where the state machine cannot catch: `States.DataLimitExceeded`, abort, time-out. */
export const createHandler = stepHandler({
  name: 'record-failed-execution',
  input: failedExecutionEvent,
  run: (services, { detail: { name, status, startDate, error, cause } }) =>
    failRun(services, {
      runId: name,
      startedAt: new Date(startDate).toISOString(),
      error: {
        name: error ?? `States.${status}`,
        message: messageOf(cause ?? undefined) || `The execution ended as ${status}`,
        retryable: false,
      },
    }),
});

export const handler = createHandler(lambdaServices);
