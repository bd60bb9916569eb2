import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { parseTaskError } from '../shared/platform/lambda/task-error.ts';
import type { Services } from '../shared/reconcile/services.ts';
import { failRun } from '../shared/runs/finish.ts';
import { failInput } from '../shared/runs/step-schemas.ts';

/** Ends a run that could not continue. The state machine calls it with the error that it caught. */
export const createHandler = createStepHandler({
  name: 'record-failure',
  input: failInput,
  run: (services: Services, { runId, startedAt, failure: { Error: name, Cause } }) =>
    failRun(services, {
      runId,
      startedAt,
      error: { name, message: parseTaskError(Cause) || name, retryable: false },
    }),
});

export const handler = createHandler(getLambdaServices);
