import { lambdaServices } from '../shared/composition/lambda-services.ts';
import { stepHandler } from '../shared/platform/lambda/step-handler.ts';
import { startRun } from '../shared/runs/start.ts';
import { startInput } from '../shared/runs/step-schemas.ts';

export const createHandler = stepHandler({ name: 'resolve-account', input: startInput, run: startRun });

export const handler = createHandler(lambdaServices);
