import { lambdaServices } from '../shared/composition/lambda-services.ts';
import { stepHandler } from '../shared/platform/lambda/step-handler.ts';
import { planRun } from '../shared/runs/plan.ts';
import { planInput } from '../shared/runs/step-schemas.ts';

export const createHandler = stepHandler({ name: 'plan-changes', input: planInput, run: planRun });

export const handler = createHandler(lambdaServices);
