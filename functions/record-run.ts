import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { finishRun } from '../shared/runs/finish.ts';
import { finishInput } from '../shared/runs/step-schemas.ts';

export const createHandler = createStepHandler({ name: 'record-run', input: finishInput, run: finishRun });

export const handler = createHandler(getLambdaServices);
