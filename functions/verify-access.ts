import { verifyInput } from '../shared/run/steps.ts';
import { verifyRun } from '../shared/run/verify.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

export const createHandler = stepHandler({ name: 'verify-access', input: verifyInput, run: verifyRun });

export const handler = createHandler(lambdaServices);
