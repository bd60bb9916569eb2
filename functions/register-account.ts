import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import type { Services } from '../shared/reconcile/services.ts';
import { type RegisteredStep, registerAccount } from '../shared/runs/register.ts';
import { registerInput } from '../shared/runs/step-schemas.ts';
import { type Turn, takeTurn } from '../shared/runs/take-turn.ts';

export const createHandler = createStepHandler({
  name: 'register-account',
  input: registerInput,
  run: async (services: Services, { takesTurn, ...step }): Promise<RegisteredStep | Turn> =>
    takesTurn ? takeTurn(services, step) : registerAccount(services, step),
});

export const handler = createHandler(getLambdaServices);
