import { sweepStartInput } from '../shared/run/steps.ts';
import { startSweep } from '../shared/run/sweep.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

export const createHandler = stepHandler({ name: 'start-sweep', input: sweepStartInput, run: startSweep });

export const handler = createHandler(lambdaServices);
