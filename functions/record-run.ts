import { lambdaServices } from '../shared/composition/lambda-services.ts';
import { stepHandler } from '../shared/platform/lambda/step-handler.ts';
import { finishRun } from '../shared/runs/finish.ts';
import { finishInput } from '../shared/runs/step-schemas.ts';

export const createHandler = stepHandler({ name: 'record-run', input: finishInput, run: finishRun });

export const handler = createHandler(lambdaServices);
