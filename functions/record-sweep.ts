import { sweepFinishInput } from '../shared/run/steps.ts';
import { finishSweep } from '../shared/run/sweep.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

export const createHandler = stepHandler({ name: 'record-sweep', input: sweepFinishInput, run: finishSweep });

export const handler = createHandler(lambdaServices);
