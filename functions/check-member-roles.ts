import { getLambdaServices } from '../shared/composition/lambda-services.ts';
import { createStepHandler } from '../shared/platform/lambda/step-handler.ts';
import { checkNextMembers } from '../shared/runs/check-members.ts';
import { memberCheckInput } from '../shared/runs/step-schemas.ts';

export const createHandler = createStepHandler({
  name: 'check-member-roles',
  input: memberCheckInput,
  run: checkNextMembers,
});

export const handler = createHandler(getLambdaServices);
