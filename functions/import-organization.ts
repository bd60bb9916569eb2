import { importSliceInput } from '../shared/run/steps.ts';
import { importNextSlice } from '../shared/run/sweep.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

export const createHandler = stepHandler({
  name: 'import-organization',
  input: importSliceInput,
  run: importNextSlice,
});

export const handler = createHandler(lambdaServices);
