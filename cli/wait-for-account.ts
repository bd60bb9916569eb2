import type { Account } from '../shared/platform/account.ts';
import { toErrorRecord } from '../shared/platform/errors.ts';
import { type AccountProgress, readAccountProgress } from '../shared/reconcile/account-progress.ts';
import { type AccountCheck, checkAccount } from '../shared/reconcile/check-account.ts';
import { formatReadiness } from '../shared/reconcile/readiness.ts';
import type { Services } from '../shared/reconcile/services.ts';
import type { RunRecord } from '../shared/store/ports.ts';
import type { Readiness } from '../shared/store/readiness.ts';
import { formatCount } from './output.ts';

export type WaitStatus = 'ready' | 'not-ready' | 'unproven' | 'nothing-granted' | 'timeout';

export interface WaitRequest {
  /** Names the role sessions of the checks. */
  readonly runId: string;
  readonly accountId: string;
  /** If true, the wait ends only when the account is ready. If false, it ends when the account's run has ended. */
  readonly untilReady: boolean;
  readonly milliseconds: number;
  /** Called with each new state, for people. */
  onProgress(text: string): void;
}

export interface Waited {
  readonly status: WaitStatus;
  readonly seconds: number;
  /** What the command last waited for, in words. */
  readonly lastProgress: string;
  /** Absent if no check was made. */
  readonly account?: Account | undefined;
  readonly readiness?: Readiness | undefined;
  /** The run for the account that failed while the command waited. */
  readonly failedRun?: RunRecord | undefined;
}

/** Milliseconds between two reads of the table. */
const pollPause = 5_000;

/** How often the account is checked, in milliseconds. A check reads policies from AWS, so it is less frequent. */
const checkPause = 30_000;

type Look = Pick<Waited, 'account' | 'readiness' | 'failedRun'> & {
  readonly progress: string;
  /** Absent if the wait continues. */
  readonly status?: WaitStatus;
  /** Whether policies were read. */
  readonly isChecked: boolean;
};

/**
 * Waits until the run for an account has ended, then verifies its access by the policies that AWS has now. An error
 * that may go away, such as throttling, does not end the wait. Throttling can also prevent a check from reading a
 * policy. So the result `unproven` ends the wait only if two checks agree.
 * @throws AccountNotMemberError if the account is closed or has left the organization
 */
export async function waitForAccount(services: Services, request: WaitRequest): Promise<Waited> {
  const { clock } = services;
  const begin = clock.now();
  const seen = new Set<string>();
  for (let before: Pick<Look, 'status' | 'progress'> = { progress: '' }; ; ) {
    const looked = await look(services, request, seen);
    const { progress: lastProgress, isChecked, ...rest } = looked;
    const status = isDoubtful(looked, before) ? undefined : looked.status;
    if (lastProgress !== before.progress && status === undefined) request.onProgress(lastProgress);
    before = looked;
    const spent = clock.now() - begin;
    const isOver = spent >= request.milliseconds;
    const ended = status ?? (isOver ? (looked.status ?? 'timeout') : undefined);
    if (ended !== undefined)
      return { ...rest, status: ended, seconds: Math.round(spent / 1_000), lastProgress };
    await clock.sleep(Math.min(isChecked ? checkPause : pollPause, request.milliseconds - spent));
  }
}

const isDoubtful = (looked: Look, before: Pick<Look, 'status'>): boolean =>
  looked.status === 'unproven' && before.status !== 'unproven';

/** Checks once how far the account is. @param seen the open runs for the account that earlier checks have seen */
async function look(services: Services, request: WaitRequest, seen: Set<string>): Promise<Look> {
  try {
    const progress = await readAccountProgress(services, request.accountId);
    if ('runId' in progress && progress.runId !== undefined) seen.add(progress.runId);
    const text = formatProgress(progress);
    if (progress.step !== 'written' && progress.step !== 'unwritten')
      return { progress: text, isChecked: false };
    const failedRun = request.untilReady ? undefined : await findFailedRun(services, seen);
    const check = await checkAccount(services, request);
    return { ...judge(check, { progress, text, request, failedRun }), isChecked: true };
  } catch (thrown) {
    const { retryable, name, message } = toErrorRecord(thrown);
    if (!retryable) throw thrown;
    return { progress: `${name}: ${message}`, isChecked: true };
  }
}

async function findFailedRun({ store }: Services, seen: ReadonlySet<string>): Promise<RunRecord | undefined> {
  const runs = await Promise.all([...seen].map((runId) => store.runs.get(runId)));
  return runs.findLast((run) => run?.status === 'failed');
}

interface Judged {
  readonly progress: AccountProgress;
  readonly text: string;
  readonly request: WaitRequest;
  readonly failedRun: RunRecord | undefined;
}

function judge(
  { account, readiness }: AccountCheck,
  { progress, text, request, failedRun }: Judged,
): Omit<Look, 'isChecked'> {
  const found = { account, readiness };
  if (readiness?.ready === true) return { ...found, status: 'ready', progress: text };
  if (failedRun !== undefined) return { ...found, failedRun, status: 'not-ready', progress: text };
  if (progress.step === 'unwritten') return { ...found, progress: text };
  if (readiness === undefined) return { ...found, status: 'nothing-granted', progress: text };
  const state = formatReadiness(readiness);
  if (request.untilReady) return { ...found, progress: state };
  return { ...found, status: readiness.ready === false ? 'not-ready' : 'unproven', progress: state };
}

/** How many resources a line names. */
const maxNames = 3;

function formatProgress(progress: AccountProgress): string {
  switch (progress.step) {
    case 'unregistered':
      return 'the registry does not have the account yet';
    case 'in-creation':
      return 'Organizations is creating the account';
    case 'running':
      return `run ${progress.runId} is under way`;
    case 'waiting-for-approval':
      return 'an operator must approve the account: onboarding approve';
    case 'unwritten':
      return formatUnwritten(progress.resources);
    case 'written':
      return 'every resource is written';
  }
}

function formatUnwritten(resources: readonly string[]): string {
  const names = resources.slice(0, maxNames).join(', ');
  const more = resources.length > maxNames ? ` and ${resources.length - maxNames} more` : '';
  const count = formatCount(resources.length, 'resource');
  return `no run is under way, and ${count} ${resources.length === 1 ? 'is' : 'are'} not written for the account: ${names}${more}`;
}
