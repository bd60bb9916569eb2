import { updateInput } from '../shared/run/steps.ts';
import { updateCentralAccount } from '../shared/run/update.ts';
import { lambdaServices } from '../shared/telemetry/lambda-services.ts';
import { stepHandler } from '../shared/telemetry/step-handler.ts';

/** May assume the spoke role of the log account only. */
export const createHandler = stepHandler({
  name: 'update-log-account',
  input: updateInput,
  run: (services, input) => updateCentralAccount(services, { ...input, central: 'log' }),
});

export const handler = createHandler(lambdaServices);
