import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { importSliceInput } from '../shared/runs/step-schemas.ts';
import { importNextSlice } from '../shared/runs/sweep.ts';

export const createHandler = createStepHandler({
  name: 'import-organization',
  input: importSliceInput,
  run: importNextSlice,
});

export const handler = createHandler(getLambdaServices);
