import {
  type CallAs,
  type CloudFormationClient,
  ListStackInstancesCommand,
  type StackInstanceSummary,
} from '@aws-sdk/client-cloudformation';
import { getPartitionFacts } from '../platform/partitions.ts';

export interface StackInstance {
  readonly stackSet: string;
  readonly accountId: string;
}

/**
 * Statuses that mean that a StackSet operation failed (CloudFormation API reference,
 * "StackInstanceComprehensiveStatus").
 */
const failedStatuses: ReadonlySet<string> = new Set(['FAILED', 'INOPERABLE', 'CANCELLED']);

/**
 * Why a StackSet could not deploy to an account. `undefined` if it did not fail, or if the hub may not read the status.
 * Only the management account and delegated administrators may read it.
 */
export async function findStackFailure(
  client: CloudFormationClient,
  instance: StackInstance,
): Promise<string | undefined> {
  const summaries =
    (await list(client, instance, 'SELF')) ?? (await list(client, instance, 'DELEGATED_ADMIN'));
  const failed = summaries?.find(({ StackInstanceStatus }) =>
    failedStatuses.has(StackInstanceStatus?.DetailedStatus ?? ''),
  );
  return failed && describe(failed);
}

const describe = ({ StackInstanceStatus, StatusReason }: StackInstanceSummary): string =>
  StatusReason ?? `its status is ${StackInstanceStatus?.DetailedStatus}`;

/** An error of this call is ignored, because the answer would only complete a message. */
async function list(
  client: CloudFormationClient,
  { stackSet, accountId }: StackInstance,
  callAs: CallAs,
): Promise<readonly StackInstanceSummary[] | undefined> {
  const request = { StackSetName: stackSet, StackInstanceAccount: accountId, CallAs: callAs };
  try {
    const { Summaries } = await client.send(new ListStackInstancesCommand(request));
    return Summaries;
  } catch {
    return undefined;
  }
}

/** The command with which an operator sees why the stack instance failed. */
export const formatStackCommand = ({ stackSet, accountId }: StackInstance, partition: string): string =>
  `aws cloudformation list-stack-instances --stack-set-name ${stackSet} ` +
  `--stack-instance-account ${accountId} --region ${getPartitionFacts(partition).organizationsRegion}`;
