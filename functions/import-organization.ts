import { lambdaServices } from '../shared/composition/lambda-services.ts';
import { stepHandler } from '../shared/platform/lambda/step-handler.ts';
import { importSliceInput } from '../shared/runs/step-schemas.ts';
import { importNextSlice } from '../shared/runs/sweep.ts';

export const createHandler = stepHandler({
  name: 'import-organization',
  input: importSliceInput,
  run: importNextSlice,
});

export const handler = createHandler(lambdaServices);
