import { formatAccount } from '../../platform/account.ts';
import { getPartitionFacts } from '../../platform/partitions.ts';
import type { ApprovalRequest } from '../../store/ports.ts';
import { limitText } from './bounded-text.ts';

type Shown = Pick<
  ApprovalRequest,
  'runId' | 'execution' | 'accounts' | 'planHash' | 'difference' | 'requestedAt' | 'until'
>;

/** The command with which an operator approves the request. */
export const formatApproveCommand = ({ runId, planHash }: Pick<Shown, 'runId' | 'planHash'>): string =>
  `onboarding approve --run ${runId} --plan ${planHash}`;

/** Says in one line why an account waits for approval. */
export const formatWaitingAccount = ({ id, position, approvedAs }: Shown['accounts'][number]): string => {
  const here = `${formatAccount({ id, name: position.name })} in ${placeOf(position.ouPath)}`;
  return approvedAs === null
    ? `${here}: never approved, so it has no access yet`
    : `${here}: was approved as ${approvedAs.name} in ${placeOf(approvedAs.ouPath)}, and keeps the access that both OUs give`;
};

const placeOf = (ouPath: string): string => (ouPath === '' ? 'the root' : ouPath);

/** The subject of the SNS message. SNS allows 100 characters (SNS API reference, Publish). */
export const formatApprovalSubject = ({ accounts }: Shown): string =>
  `Approval Requested: ${accounts.map(({ id }) => id).join(', ')}`.slice(0, 100);

/**
 * How many bytes of the message may describe the changes of policies. SNS allows 256 KiB for a message (API reference,
 * Publish), and the rest of it is small.
 */
const maxBytes = 200_000;

/**
 * The message that asks operators for approval. It does not contain the token of the waiting task, because anybody who
 * has the token can resume the run.
 */
export const formatApprovalMessage = (request: Shown): string =>
  [
    `${request.accounts.length === 1 ? 'An account waits' : `${request.accounts.length} accounts wait`} for approval:`,
    ...request.accounts.slice(0, maxAccounts).map((account) => `  ${formatWaitingAccount(account)}`),
    ...more(request.accounts.length - maxAccounts),
    '',
    'Approve until',
    `  ${request.until}`,
    'by',
    `  ${formatApproveCommand(request)}`,
    'To reject, add --reject --reason TEXT. The execution:',
    `  ${createConsoleLink(request.execution)}`,
    '',
    'Changes if you approve:',
    request.difference === ''
      ? '  no policy that lists accounts'
      : limitText(request.difference, maxBytes, 'the command'),
  ].join('\n');

/** How many accounts the message names at most. A run has at most 100 accounts. */
const maxAccounts = 100;

const more = (count: number): readonly string[] => (count > 0 ? [`  … and ${count} more`] : []);

/** A link to a Step Functions execution in the AWS console of its partition. */
export function createConsoleLink(execution: string): string {
  const [, partition = '', , region = ''] = execution.split(':');
  return `https://console.${getPartitionFacts(partition).consoleDomain}/states/home?region=${region}#/v2/executions/details/${execution}`;
}

/** The detail of the EventBridge event that asks for approval. */
export const createApprovalDetail = (request: Shown) => ({
  runId: request.runId,
  accountIds: request.accounts.map(({ id }) => id),
  planHash: request.planHash,
  requestedAt: request.requestedAt,
  until: request.until,
  execution: request.execution,
  link: createConsoleLink(request.execution),
  command: formatApproveCommand(request),
});
