import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { startRun } from '../shared/runs/start.ts';
import { startInput } from '../shared/runs/step-schemas.ts';

export const createHandler = createStepHandler({ name: 'resolve-account', input: startInput, run: startRun });

export const handler = createHandler(getLambdaServices);
