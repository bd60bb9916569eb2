import { getActiveConfiguration } from '../../configuration/active-configuration.ts';
import { formatAccount, type RegisteredAccount } from '../../platform/account.ts';
import { type ErrorRecord, toErrorRecord } from '../../platform/errors.ts';
import { isPendingApproval } from '../../reconcile/required-approval.ts';
import type { Services } from '../../reconcile/services.ts';
import { formatUnreadable } from '../../reconcile/unreadable-items.ts';
import type { ApprovalDecision, ApprovalRequest, Store } from '../../store/ports.ts';
import { matchesRequest } from './approval-plan.ts';
import { ApprovalTimedOutError } from './errors.ts';

/** Tells an operator how to get a new request for an account. */
export const formatRetryInstruction = (accountIds: readonly string[]): string =>
  `To ask again, ${startWith(accountIds)}`;

const startWith = (accountIds: readonly string[]): string =>
  `start the state machine account-onboarding with {"accountIds": ${JSON.stringify(accountIds)}}`;

/**
 * Explains why a run that waited for approval has ended, and names those of its accounts that are still not approved.
 */
export async function explainUnapproved(
  { store }: Services,
  runId: string,
  error: ErrorRecord,
): Promise<{ readonly error: ErrorRecord; readonly unresolved: readonly string[] }> {
  const request = await store.approvals.get(runId);
  if (request === undefined)
    return { error, unresolved: [`Accounts not approved: ${error.name}. Start it again`] };
  const { decision } = request;
  const ids = request.accounts.map(({ id }) => id);
  const waiting = (await store.registry.listAccounts()).filter(
    (account) => ids.includes(account.id) && isPendingApproval(account),
  );
  if (decision?.verdict === 'approved' && waiting.length === 0)
    return { error, unresolved: [unheard(ids, decision)] };
  return {
    error: error.name === 'States.Timeout' ? timedOut(request) : error,
    unresolved: [waiting.length > 0 ? notApproved(waiting) : noneWaits(ids)],
  };
}

const timedOut = ({ accounts, until }: ApprovalRequest): ErrorRecord => {
  const ids = accounts.map(({ id }) => id);
  const message = `No operator approved ${accounts.map(({ id, position }) => formatAccount({ id, name: position.name })).join(', ')} until ${until}`;
  return toErrorRecord(new ApprovalTimedOutError(message, { accountIds: ids }));
};

const notApproved = (waiting: readonly RegisteredAccount[]): string =>
  `Account ${waiting.map(formatAccount).join(', ')} not approved. Earlier access stays, and pending access was not ` +
  `granted. ${formatRetryInstruction(waiting.map(({ id }) => id))}`;

/**
 * None of the accounts waits any more: they have moved back or left, or the configuration does not require approval any
 * more.
 */
const noneWaits = (ids: readonly string[]): string =>
  `Account ${ids.join(', ')} does not wait for approval any more. To finish the run, ${startWith(ids)}`;

const unheard = (ids: readonly string[], { by, at }: ApprovalDecision): string =>
  `Account ${ids.join(', ')} was approved by ${by} at ${at}, but the run did not receive the decision. No more approval is needed: ` +
  startWith(ids);

/**
 * Lines about accounts that wait for approval although no run has an open request for them. Also one line for each
 * malformed item that a request or its run has in the table.
 */
export async function listPendingWithoutRequest(store: Store, now: number): Promise<readonly string[]> {
  const accounts = await store.registry.listAccounts();
  const waiting = accounts.filter(isPendingApproval);
  if (waiting.length === 0) return [];
  const active = await getActiveConfiguration(store);
  const { items, unreadable } = await store.approvals.listOpen();
  const open = items.filter(
    (request) => Date.parse(request.until) > now && matchesRequest(request, { active, accounts }),
  );
  const asked = new Set(open.flatMap(({ accounts }) => accounts.map(({ id }) => id)));
  return [
    ...waiting.filter(({ id }) => !asked.has(id)).map(unaskedLine),
    ...unreadable.map(formatUnreadable),
  ];
}

const unaskedLine = ({ id, name, approval }: RegisteredAccount): string =>
  `Account ${formatAccount({ id, name })} waits for approval since ${approval?.since}, and no run has an open request for it. ${formatRetryInstruction([id])}`;
