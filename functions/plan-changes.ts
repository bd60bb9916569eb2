import { planRun } from '../shared/run/plan.ts';
import { planInput } from '../shared/run/steps.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

export const createHandler = stepHandler({ name: 'plan-changes', input: planInput, run: planRun });

export const handler = createHandler(lambdaServices);
