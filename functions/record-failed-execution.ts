import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { recordFailedExecution } from '../shared/runs/failed-execution.ts';
import { failedExecutionEvent } from '../shared/runs/step-schemas.ts';

export const createHandler = createStepHandler({
  name: 'record-failed-execution',
  input: failedExecutionEvent,
  run: recordFailedExecution,
});

export const handler = createHandler(getLambdaServices);
