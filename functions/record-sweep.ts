import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { sweepFinishInput } from '../shared/runs/step-schemas.ts';
import { finishSweep } from '../shared/runs/sweep.ts';

export const createHandler = createStepHandler({
  name: 'record-sweep',
  input: sweepFinishInput,
  run: finishSweep,
});

export const handler = createHandler(getLambdaServices);
