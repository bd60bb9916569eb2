import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { planRun } from '../shared/runs/plan.ts';
import { planInput } from '../shared/runs/step-schemas.ts';

export const createHandler = createStepHandler({ name: 'plan-changes', input: planInput, run: planRun });

export const handler = createHandler(getLambdaServices);
