import { finishRun } from '../shared/run/finish.ts';
import { finishInput } from '../shared/run/steps.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

export const createHandler = stepHandler({ name: 'record-run', input: finishInput, run: finishRun });

export const handler = createHandler(lambdaServices);
