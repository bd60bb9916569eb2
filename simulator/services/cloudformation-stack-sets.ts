import type * as sdk from '@aws-sdk/client-cloudformation';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { makeStackSet } from '../cloudformation/make-stack-set.ts';
import { startOperation } from '../cloudformation/stack-sets.ts';
import type { SimulatedStackSet } from '../cloudformation/state.ts';
import { findDenial } from '../permissions.ts';
import { expectTemplate, toParameters } from './cloudformation-stacks.ts';

/** Service-managed stack sets. Source: CloudFormation API reference, "CreateStackSet". */
export const cloudFormationStackSets: ServiceOperations = {
  CreateStackSet: defineOperation<sdk.CreateStackSetCommandInput, sdk.CreateStackSetCommandOutput>((call) => {
    authorizeStackSet(call, 'CreateStackSet');
    const { stackSets } = call.world.cloudFormation;
    if (stackSets.has(call.input.StackSetName ?? ''))
      throw createAwsError(
        'NameAlreadyExistsException',
        `StackSet ${call.input.StackSetName} already exists`,
      );
    return { StackSetId: newStackSet(call).id };
  }),

  DescribeStackSet: defineOperation<sdk.DescribeStackSetCommandInput, sdk.DescribeStackSetCommandOutput>(
    (call) => ({ StackSet: describe(getStackSet(call, 'DescribeStackSet')) }),
  ),

  DescribeOrganizationsAccess: defineOperation<
    sdk.DescribeOrganizationsAccessCommandInput,
    sdk.DescribeOrganizationsAccessCommandOutput
  >((call) => {
    authorizeStackSet(call, 'DescribeOrganizationsAccess');
    return { Status: call.world.cloudFormation.hasTrustedAccess ? 'ENABLED' : 'DISABLED' };
  }),

  /**
   * Updates all instances of the stack set. If the operation fails, the stack set still keeps its new settings. Source:
   * "UpdateStackSet".
   */
  UpdateStackSet: defineOperation<sdk.UpdateStackSetCommandInput, sdk.UpdateStackSetCommandOutput>((call) => {
    const stackSet = getStackSet(call, 'UpdateStackSet');
    expectIdle(stackSet);
    changeStackSet(call, stackSet);
    const accounts = [...stackSet.instances.values()].flatMap(
      ({ accountId }) => call.world.accounts.get(accountId) ?? [],
    );
    const { regions } = stackSet;
    return { OperationId: startOperation(call.world, stackSet, { accounts, regions, action: 'UPDATE' }).id };
  }),

  DeleteStackSet: defineOperation<sdk.DeleteStackSetCommandInput, sdk.DeleteStackSetCommandOutput>((call) => {
    const stackSet = getStackSet(call, 'DeleteStackSet');
    if (stackSet.instances.size > 0)
      throw createAwsError('StackSetNotEmptyException', 'StackSet is not empty', 409);
    call.world.cloudFormation.stackSets.delete(stackSet.name);
    return {};
  }),
};

export interface StackSetInput {
  readonly StackSetName?: string | undefined;
  readonly CallAs?: sdk.CallAs | undefined;
}

/**
 * Finds the StackSet, if the caller may do `action` on it. With service-managed permissions, only the management
 * account operates a StackSet, or a delegated administrator that calls as such. The hub's account counts as one.
 * @throws ServiceException `StackSetNotFoundException`, `ValidationError`, `AccessDenied`
 */
export function getStackSet(call: ServiceCall<StackSetInput>, action: string): SimulatedStackSet {
  authorizeStackSet(call, action);
  const { StackSetName = '' } = call.input;
  const all = [...call.world.cloudFormation.stackSets.values()];
  const stackSet = all.find(({ id, name }) => name === StackSetName || id === StackSetName);
  if (stackSet === undefined)
    throw createAwsError('StackSetNotFoundException', `StackSet ${StackSetName} not found`, 404);
  return stackSet;
}

function authorizeStackSet({ world, caller, region, input }: ServiceCall<StackSetInput>, name: string): void {
  const { managementAccountId, hubAccountId, partition } = world.settings;
  const denial = findDenial(world, caller, {
    action: `cloudformation:${name}`,
    resource: `arn:${partition}:cloudformation:${region}:${caller.accountId}:stackset/${input.StackSetName}:*`,
    resourceAccount: caller.accountId,
    region,
  });
  if (denial !== undefined) throw createAwsError('AccessDenied', denial, 403);
  const isDelegated = caller.accountId === hubAccountId && input.CallAs === 'DELEGATED_ADMIN';
  if (caller.accountId !== managementAccountId && !isDelegated)
    throw createAwsError(
      'ValidationError',
      'You must be the management account or delegated admin account of an organization before operating a SERVICE_MANAGED stack set',
    );
}

/** @throws ServiceException `OperationInProgressException` while another operation on the stack set runs */
export function start(
  { world }: ServiceCall<object>,
  stackSet: SimulatedStackSet,
  request: Parameters<typeof startOperation>[2],
): string {
  expectIdle(stackSet);
  return startOperation(world, stackSet, request).id;
}

/** @throws ServiceException `OperationInProgressException` */
function expectIdle({ name, operations }: SimulatedStackSet): void {
  if ([...operations.values()].some(({ status }) => status === 'RUNNING'))
    throw createAwsError('OperationInProgressException', `Another operation runs on ${name}`, 409);
}

/** Changes the settings. Parameters that the update does not contain get the defaults of the template again. */
function changeStackSet(
  { input }: ServiceCall<sdk.UpdateStackSetCommandInput>,
  stackSet: SimulatedStackSet,
): void {
  const { TemplateBody, UsePreviousTemplate, Capabilities = [], AutoDeployment, Parameters = [] } = input;
  const targeted = [input.DeploymentTargets, input.Accounts, input.Regions].some(
    (each) => each !== undefined,
  );
  if (targeted || (input.PermissionModel ?? 'SERVICE_MANAGED') !== 'SERVICE_MANAGED')
    throw createAwsError('NotSimulated', 'Only updates of all instances are simulated', 501);
  const body = UsePreviousTemplate === true ? stackSet.templateBody : TemplateBody;
  stackSet.templateBody = expectTemplate(body, Capabilities);
  stackSet.capabilities = Capabilities;
  const kept = Parameters.filter(({ UsePreviousValue }) => UsePreviousValue === true).flatMap(
    ({ ParameterKey = '' }) => {
      const ParameterValue = stackSet.parameters[ParameterKey];
      return ParameterValue === undefined ? [] : [{ ParameterKey, ParameterValue }];
    },
  );
  const given = Parameters.filter(({ UsePreviousValue }) => UsePreviousValue !== true);
  stackSet.parameters = toParameters([...kept, ...given]);
  stackSet.description = input.Description ?? stackSet.description;
  if (AutoDeployment === undefined) return;
  stackSet.automatic = AutoDeployment.Enabled === true;
  stackSet.retainStacks = AutoDeployment.RetainStacksOnAccountRemoval === true;
}

function newStackSet({
  world,
  region,
  input,
}: ServiceCall<sdk.CreateStackSetCommandInput>): SimulatedStackSet {
  if (input.PermissionModel !== 'SERVICE_MANAGED')
    throw createAwsError(
      'NotSimulated',
      'Only stack sets with service-managed permissions are simulated',
      501,
    );
  if (input.AutoDeployment === undefined)
    throw createAwsError(
      'ValidationError',
      'AutoDeployment is required when PermissionModel is SERVICE_MANAGED',
    );
  const { StackSetName: name = '', TemplateBody, Parameters, Capabilities = [], AutoDeployment } = input;
  return makeStackSet(world, {
    name,
    region,
    description: input.Description,
    templateBody: expectTemplate(TemplateBody, Capabilities),
    parameters: toParameters(Parameters),
    capabilities: Capabilities,
    automatic: AutoDeployment.Enabled === true,
    retainStacks: AutoDeployment.RetainStacksOnAccountRemoval === true,
  });
}

const describe = (stackSet: SimulatedStackSet): sdk.StackSet => ({
  StackSetId: stackSet.id,
  StackSetName: stackSet.name,
  ...(stackSet.description === undefined ? {} : { Description: stackSet.description }),
  Status: 'ACTIVE',
  TemplateBody: stackSet.templateBody,
  Parameters: Object.entries(stackSet.parameters).map(([ParameterKey, ParameterValue]) => ({
    ParameterKey,
    ParameterValue,
  })),
  Capabilities: [...stackSet.capabilities],
  AutoDeployment: {
    Enabled: stackSet.automatic,
    ...(stackSet.automatic ? { RetainStacksOnAccountRemoval: stackSet.retainStacks } : {}),
  },
  PermissionModel: 'SERVICE_MANAGED',
  OrganizationalUnitIds: [...stackSet.targetIds],
  Regions: [...stackSet.regions],
});
