import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { sweepStartInput } from '../shared/runs/step-schemas.ts';
import { startSweep } from '../shared/runs/sweep.ts';

export const createHandler = createStepHandler({
  name: 'start-sweep',
  input: sweepStartInput,
  run: startSweep,
});

export const handler = createHandler(getLambdaServices);
