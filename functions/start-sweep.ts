import { lambdaServices } from '../shared/composition/lambda-services.ts';
import { stepHandler } from '../shared/platform/lambda/step-handler.ts';
import { sweepStartInput } from '../shared/runs/step-schemas.ts';
import { startSweep } from '../shared/runs/sweep.ts';

export const createHandler = stepHandler({ name: 'start-sweep', input: sweepStartInput, run: startSweep });

export const handler = createHandler(lambdaServices);
