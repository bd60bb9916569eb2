import { startRun } from '../shared/run/start.ts';
import { startInput } from '../shared/run/steps.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

export const createHandler = stepHandler({ name: 'resolve-account', input: startInput, run: startRun });

export const handler = createHandler(lambdaServices);
