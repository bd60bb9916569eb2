import { ApprovalTimedOutError, type ErrorRecord, errorRecord } from '../errors.ts';
import type { RegisteredAccount } from '../organization/account.ts';
import { waits } from '../plan/approval.ts';
import type { Services } from '../services.ts';
import type { ApprovalDecision, Store } from '../store/ports.ts';

/** How a person is asked again for an account. */
export const askAgain = (accountIds: readonly string[]): string => `To ask again, ${startWith(accountIds)}`;

const startWith = (accountIds: readonly string[]): string =>
  `start the state machine account-onboarding with {"accountIds": ${JSON.stringify(accountIds)}}`;

/** Why a run that waited for approval has ended, and who has not got it. */
export async function unapproved(
  { store }: Services,
  runId: string,
  error: ErrorRecord,
): Promise<{ readonly error: ErrorRecord; readonly left: readonly string[] }> {
  const request = await store.approvals.get(runId);
  const ids = request?.accounts.map(({ id }) => id) ?? [];
  const who = ids.join(', ');
  const decision = request?.decision;
  if (decision?.verdict === 'approved') return { error, left: [unheard(who, decision, ids)] };
  const timedOut = error.name === 'States.Timeout' && request !== undefined;
  return {
    error: timedOut
      ? errorRecord(
          new ApprovalTimedOutError(`Nobody has approved ${who} until ${request.until}`, { accountIds: ids }),
        )
      : error,
    left: [
      `${who === '' ? 'Accounts' : `Account ${who}`} not approved: what was granted before stays, what waits is not ` +
        `granted. ${askAgain(ids)}`,
    ],
  };
}

const unheard = (who: string, { by, at }: ApprovalDecision, ids: readonly string[]): string =>
  `Account ${who} was approved by ${by} at ${at}, and the run did not hear of it. Nothing more has to be approved: ` +
  startWith(ids);

/** A line for each account that waits and of which nobody is asked: no open request names it. */
export async function unasked({ registry, approvals }: Store, now: number): Promise<readonly string[]> {
  const waiting = (await registry.accounts()).filter(waits);
  if (waiting.length === 0) return [];
  const open = (await approvals.open()).filter(({ until }) => Date.parse(until) > now);
  const asked = new Set(open.flatMap(({ accounts }) => accounts.map(({ id }) => id)));
  return waiting.filter(({ id }) => !asked.has(id)).map(unaskedLine);
}

const unaskedLine = ({ id, name, approval }: RegisteredAccount): string =>
  `Account ${id} (${name}) waits for approval since ${approval?.since}, and nobody is asked. ${askAgain([id])}`;
