import type * as sdk from '@aws-sdk/client-cloudformation';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { setTargets } from '../cloudformation/make-stack-set.ts';
import { listTargetAccounts } from '../cloudformation/stack-sets.ts';
import type { SimulatedStackSet, StackInstance } from '../cloudformation/state.ts';
import { getPage } from '../paging.ts';
import type { SimulatedAccount } from '../simulated-resources.ts';
import { isContainer, type SimulatedWorld } from '../world.ts';
import { getStackSet, type StackSetInput, start } from './cloudformation-stack-sets.ts';

/** Instances of service-managed stack sets. Source: CloudFormation API reference. */
export const cloudFormationStackInstances: ServiceOperations = {
  CreateStackInstances: defineOperation<
    sdk.CreateStackInstancesCommandInput,
    sdk.CreateStackInstancesCommandOutput
  >((call) => {
    const stackSet = getStackSet(call, 'CreateStackInstances');
    const { accounts, regions, targets, targetIds } = readTargets(call);
    setTargets(call.world, stackSet, { ids: targetIds, regions });
    return { OperationId: start(call, stackSet, { accounts, regions, targets, action: 'CREATE' }) };
  }),

  DeleteStackInstances: defineOperation<
    sdk.DeleteStackInstancesCommandInput,
    sdk.DeleteStackInstancesCommandOutput
  >((call) => {
    const stackSet = getStackSet(call, 'DeleteStackInstances');
    const { accounts, regions, targets, targetIds } = readTargets(call);
    const retain = call.input.RetainStacks === true;
    const OperationId = start(call, stackSet, { accounts, regions, targets, action: 'DELETE', retain });
    for (const id of targetIds) stackSet.targetIds.delete(id);
    stackSet.members = new Set(listTargetAccounts(call.world, stackSet.targetIds).map(({ id }) => id));
    return { OperationId };
  }),

  ListStackInstances: defineOperation<
    sdk.ListStackInstancesCommandInput,
    sdk.ListStackInstancesCommandOutput
  >((call) => {
    const stackSet = getStackSet(call, 'ListStackInstances');
    const { StackInstanceAccount, StackInstanceRegion, NextToken, MaxResults } = call.input;
    const wanted = [...stackSet.instances.values()].filter(
      ({ accountId, region }) =>
        [accountId, undefined].includes(StackInstanceAccount) &&
        [region, undefined].includes(StackInstanceRegion),
    );
    const { items, next } = getPage(`instances ${stackSet.id}`, wanted, NextToken, MaxResults ?? 100);
    return {
      Summaries: items.map((instance) => describe(stackSet, instance)),
      ...(next === undefined ? {} : { NextToken: next }),
    };
  }),

  DescribeStackInstance: defineOperation<
    sdk.DescribeStackInstanceCommandInput,
    sdk.DescribeStackInstanceCommandOutput
  >((call) => {
    const stackSet = getStackSet(call, 'DescribeStackInstance');
    const { StackInstanceAccount, StackInstanceRegion } = call.input;
    const instance = stackSet.instances.get(`${StackInstanceAccount}/${StackInstanceRegion}`);
    if (instance === undefined)
      throw createAwsError(
        'StackInstanceNotFoundException',
        `Stack instance not found for account ${StackInstanceAccount} and region ${StackInstanceRegion}`,
        404,
      );
    return { StackInstance: describe(stackSet, instance) };
  }),

  DescribeStackSetOperation: defineOperation<
    sdk.DescribeStackSetOperationCommandInput,
    sdk.DescribeStackSetOperationCommandOutput
  >((call) => {
    const stackSet = getStackSet(call, 'DescribeStackSetOperation');
    const operation = stackSet.operations.get(call.input.OperationId ?? '');
    if (operation === undefined)
      throw createAwsError('OperationNotFoundException', `No operation ${call.input.OperationId}`, 404);
    return {
      StackSetOperation: {
        OperationId: operation.id,
        StackSetId: stackSet.id,
        Action: operation.action,
        Status: operation.status,
        CreationTimestamp: operation.startedAt,
        ...(operation.endedAt === undefined ? {} : { EndTimestamp: operation.endedAt }),
        ...(operation.targets === undefined ? {} : { DeploymentTargets: operation.targets }),
      },
    };
  }),
};

interface TargetInput extends StackSetInput {
  readonly DeploymentTargets?: sdk.DeploymentTargets | undefined;
  readonly Regions: string[] | undefined;
}

function readTargets({ world, input }: ServiceCall<TargetInput>) {
  const targets = input.DeploymentTargets;
  const targetIds = targets?.OrganizationalUnitIds ?? [];
  if (targets === undefined || targetIds.length === 0)
    throw createAwsError(
      'ValidationError',
      'OrganizationalUnitIds are required for stack sets with service-managed permissions',
    );
  const unknown = targetIds.find((id) => !isContainer(world, id));
  if (unknown !== undefined)
    throw createAwsError('ValidationError', `Organizational unit ${unknown} was not found`);
  return { targets, targetIds, regions: input.Regions ?? [], accounts: filterAccounts(world, targets) };
}

/**
 * The accounts that a deployment targets ("DeploymentTargets", CloudFormation API reference). The account filter is for
 * this deployment only, and is not stored.
 */
function filterAccounts(
  world: SimulatedWorld,
  { OrganizationalUnitIds = [], Accounts = [], AccountFilterType = 'NONE' }: sdk.DeploymentTargets,
): readonly SimulatedAccount[] {
  const inOus = listTargetAccounts(world, OrganizationalUnitIds);
  if (AccountFilterType === 'INTERSECTION') return inOus.filter(({ id }) => Accounts.includes(id));
  if (AccountFilterType === 'DIFFERENCE') return inOus.filter(({ id }) => !Accounts.includes(id));
  if (AccountFilterType === 'NONE') return inOus;
  throw createAwsError('NotSimulated', `The account filter ${AccountFilterType} is not simulated`, 501);
}

const describe = (stackSet: SimulatedStackSet, instance: StackInstance) => ({
  StackSetId: stackSet.id,
  Account: instance.accountId,
  Region: instance.region,
  Status: instance.status,
  StackInstanceStatus: { DetailedStatus: instance.detailedStatus },
  OrganizationalUnitId: instance.ouId,
  DriftStatus: 'NOT_CHECKED' as const,
  ...(instance.stackId === undefined ? {} : { StackId: instance.stackId }),
  ...(instance.statusReason === undefined ? {} : { StatusReason: instance.statusReason }),
});
