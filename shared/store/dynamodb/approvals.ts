import { PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import type { ApprovalDecision, ApprovalRequest, ApprovalStore, Listed } from '../ports.ts';
import type { WaitingAccount } from '../run-ports.ts';
import { isOpenRun } from '../run-status.ts';
import { pack, packedSchema } from './documents.ts';
import { accountIdSchema, timeSchema } from './fields.ts';
import { readEach, readItem, sendConditionalWrite, toListed } from './operations.ts';
import { positionSchema } from './registry.ts';
import { listOpenRuns, readRun } from './runs.ts';
import type { Key, Table } from './table.ts';

const waitingSchema: z.ZodType<WaitingAccount> = z.object({
  id: accountIdSchema,
  position: positionSchema,
  approvedAs: positionSchema.nullable(),
});

const decisionSchema: z.ZodType<ApprovalDecision> = z.object({
  verdict: z.enum(['approved', 'rejected']),
  by: z.string(),
  at: timeSchema,
  reason: z.string().exactOptional(),
});

const requestSchema: z.ZodType<ApprovalRequest> = z.object({
  runId: z.string(),
  token: z.string(),
  execution: z.string(),
  accounts: packedSchema(z.array(waitingSchema)),
  planHash: z.string(),
  configurationHash: z.string(),
  difference: packedSchema(z.string()),
  requestedAt: timeSchema,
  until: timeSchema,
  decision: packedSchema(decisionSchema).exactOptional(),
});

const requestKey = (runId: string): Key => ({ pk: `RUN#${runId}`, sk: 'APPROVAL' });

export function createDynamoApprovals(table: Table): ApprovalStore {
  const get = (runId: string) =>
    readItem(table, requestKey(runId), requestSchema, (request) => requestKey(request.runId));
  return {
    get,
    put: (request) =>
      sendConditionalWrite(() => table.client.send(new PutCommand(requestItem(table, request)))),
    decide: (runId, token, decision) =>
      sendConditionalWrite(() =>
        table.client.send(new UpdateCommand(decided(table, runId, token, decision))),
      ),
    listOpen: () => openRequests(table, get),
  };
}

const requestItem = ({ tableName }: Table, { decision: _, ...request }: ApprovalRequest) => ({
  TableName: tableName,
  Item: {
    ...request,
    ...requestKey(request.runId),
    accounts: pack(request.accounts),
    difference: pack(request.difference),
  },
  ConditionExpression: 'attribute_not_exists(pk) OR #token <> :token OR attribute_not_exists(decision)',
  ExpressionAttributeNames: { '#token': 'token' },
  ExpressionAttributeValues: { ':token': request.token },
});

const decided = ({ tableName }: Table, runId: string, token: string, decision: ApprovalDecision) => ({
  TableName: tableName,
  Key: requestKey(runId),
  UpdateExpression: 'SET decision = :decision',
  ConditionExpression: '#token = :token AND attribute_not_exists(decision)',
  ExpressionAttributeNames: { '#token': 'token' },
  ExpressionAttributeValues: { ':token': token, ':decision': pack(decision) },
});

/** The table has no index, so the request of each open run is read on its own. Few runs are open at a time. */
async function openRequests(table: Table, get: ApprovalStore['get']): Promise<Listed<ApprovalRequest>> {
  const requests = await readEach(await listOpenRuns(table), async ({ runId }) => {
    const request = await get(runId);
    if (request === undefined || request.decision !== undefined) return undefined;
    return isOpenRun((await readRun(table, runId))?.status) ? request : undefined;
  });
  return toListed(requests);
}
