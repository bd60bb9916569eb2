import { createHandler as advanceDeployment } from '../functions/advance-deployment.ts';
import { createHandler as checkMemberRoles } from '../functions/check-member-roles.ts';
import { createHandler as importOrganization } from '../functions/import-organization.ts';
import { createHandler as planChanges } from '../functions/plan-changes.ts';
import { createHandler as recordDeployment } from '../functions/record-deployment.ts';
import { createHandler as recordFailedExecution } from '../functions/record-failed-execution.ts';
import { createHandler as recordFailure } from '../functions/record-failure.ts';
import { createHandler as recordRun } from '../functions/record-run.ts';
import { createHandler as recordSweep } from '../functions/record-sweep.ts';
import { createHandler as registerAccount } from '../functions/register-account.ts';
import { createHandler as requestApproval } from '../functions/request-approval.ts';
import { createHandler as resolveAccount } from '../functions/resolve-account.ts';
import { createHandler as resolveDeployment } from '../functions/resolve-deployment.ts';
import { createHandler as startSweep } from '../functions/start-sweep.ts';
import { createHandler as updateCentralAccount } from '../functions/update-central-account.ts';
import { createHandler as verifyAccess } from '../functions/verify-access.ts';
import type { HandlerFactory } from '../shared/platform/lambda/step-handler.ts';
import type { Services } from '../shared/reconcile/services.ts';

/**
 * The deployed functions by the token that stands for their ARN. A test compares this list, the folder and
 * serverless.yml.
 */
export const functions: Readonly<Record<string, HandlerFactory<Services>>> = {
  AdvanceDeploymentFunctionArn: advanceDeployment,
  CheckMemberRolesFunctionArn: checkMemberRoles,
  ImportOrganizationFunctionArn: importOrganization,
  PlanChangesFunctionArn: planChanges,
  RecordDeploymentFunctionArn: recordDeployment,
  RecordFailedExecutionFunctionArn: recordFailedExecution,
  RecordFailureFunctionArn: recordFailure,
  RecordRunFunctionArn: recordRun,
  RecordSweepFunctionArn: recordSweep,
  RegisterAccountFunctionArn: registerAccount,
  RequestApprovalFunctionArn: requestApproval,
  ResolveAccountFunctionArn: resolveAccount,
  ResolveDeploymentFunctionArn: resolveDeployment,
  StartSweepFunctionArn: startSweep,
  VerifyAccessFunctionArn: verifyAccess,
};

/** Finds a deployed function by its short name, such as `update-log-account`. */
export const findFunction = (name: string): HandlerFactory<Services> | undefined =>
  /^update-.+-account$/.test(name) ? updateCentralAccount : undefined;
