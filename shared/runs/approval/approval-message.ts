import { formatAccount } from '../../platform/account.ts';
import { getPartitionFacts } from '../../platform/partitions.ts';
import type { ApprovalRequest } from '../../store/ports.ts';
import { limitText } from './bounded-text.ts';

type Shown = Pick<
  ApprovalRequest,
  'runId' | 'execution' | 'accounts' | 'planHash' | 'difference' | 'requestedAt' | 'until'
>;

/** The command that approves the shown request. */
export const formatApproveCommand = ({ runId, planHash }: Pick<Shown, 'runId' | 'planHash'>): string =>
  `onboarding approve --run ${runId} --plan ${planHash}`;

/** One line that says why an account waits. */
export const formatWaitingAccount = ({ id, position, approvedAs }: Shown['accounts'][number]): string => {
  const here = `${formatAccount({ id, name: position.name })} in ${placeOf(position.ouPath)}`;
  return approvedAs === null
    ? `${here}: never approved, so it has no access yet`
    : `${here}: was approved as ${approvedAs.name} in ${placeOf(approvedAs.ouPath)}, and keeps the access that both OUs give`;
};

const placeOf = (ouPath: string): string => (ouPath === '' ? 'the root' : ouPath);

/** The subject of the message. SNS allows 100 characters (SNS API reference, Publish). */
export const formatApprovalSubject = ({ accounts }: Shown): string =>
  `Approval Requested: ${accounts.map(({ id }) => id).join(', ')}`.slice(0, 100);

/**
 * How many bytes the difference may take. SNS allows 256 KiB for a message (API reference, Publish), and the other
 * parts are small.
 */
const maxBytes = 200_000;

/**
 * The message for operators. It never contains the token of the task, because the token is enough to resume the run.
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

/** How many accounts the message names at most. A run has at most a hundred accounts. */
const maxAccounts = 100;

const more = (count: number): readonly string[] => (count > 0 ? [`  … and ${count} more`] : []);

/** A link to an execution in the console of its partition. */
export function createConsoleLink(execution: string): string {
  const [, partition = '', , region = ''] = execution.split(':');
  return `https://console.${getPartitionFacts(partition).consoleDomain}/states/home?region=${region}#/v2/executions/details/${execution}`;
}

/** For machines. */
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
