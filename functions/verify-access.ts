import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { verifyRun } from '../shared/reconcile/verify.ts';
import { verifyInput } from '../shared/runs/step-schemas.ts';

export const createHandler = createStepHandler({ name: 'verify-access', input: verifyInput, run: verifyRun });

export const handler = createHandler(getLambdaServices);
