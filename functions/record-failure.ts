import { failRun, messageOf } from '../shared/run/finish.ts';
import { failInput } from '../shared/run/steps.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

/** Ends a run whose steps could not go on: the state machine caught the error. */
export const createHandler = stepHandler({
  name: 'record-failure',
  input: failInput,
  run: (services, { runId, startedAt, failure: { Error: name, Cause } }) =>
    failRun(services, {
      runId,
      startedAt,
      error: { name, message: messageOf(Cause) || name, retryable: false },
    }),
});

export const handler = createHandler(lambdaServices);
