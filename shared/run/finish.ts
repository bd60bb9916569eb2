import { timestamp } from '../clock.ts';
import type { ErrorRecord } from '../errors.ts';
import { isMember } from '../organization/account.ts';
import type { Services } from '../services.ts';
import type { ResourceChange, RunRecord } from '../store/ports.ts';
import { announce } from './announce.ts';
import type { Verification } from './verify.ts';

/** How registering one account ended: with a revision, or with the error that the state machine caught. */
export interface AccountOutcome {
  readonly accountId: string;
  readonly revision?: number | undefined;
  readonly error?: { readonly Error: string; readonly Cause?: string | undefined } | undefined;
}

export interface FinishStep {
  readonly runId: string;
  readonly startedAt: string;
  readonly expect: 'member' | 'any';
  readonly accounts: readonly AccountOutcome[];
  readonly verification: Verification;
}

export interface FinishedRun {
  readonly runId: string;
  readonly status: 'succeeded' | 'failed';
}

/** The last step: decides how the run ended, records it, and announces it. */
export async function finishRun(services: Services, step: FinishStep): Promise<FinishedRun> {
  const { store } = services;
  const opened = await store.runs.get(step.runId);
  const changes = await store.runs.changes(step.runId);
  const strangers = await nonMembers(services, step);
  const left = [
    ...step.accounts.flatMap(accountLine),
    ...(step.expect === 'member' ? strangers.map((line) => `AccountNotMemberError: ${line}`) : []),
    ...changes.flatMap((change) => changeLine(change, opened?.accountIds ?? [])),
    ...step.verification.missing,
  ];
  const status = left.length === 0 ? 'succeeded' : 'failed';
  const reason = left.length === 0 ? (strangers[0] ?? summary(changes)) : left[0];
  await close(services, {
    runId: step.runId,
    status,
    startedAt: opened?.startedAt ?? step.startedAt,
    ...(opened?.cause === undefined ? {} : { cause: opened.cause }),
    accountIds: opened?.accountIds ?? step.accounts.map(({ accountId }) => accountId),
    ...(reason === undefined ? {} : { reason }),
    ...(left.length === 0 ? {} : { left }),
  });
  return { runId: step.runId, status };
}

export interface FailedStep {
  readonly runId: string;
  readonly startedAt: string;
  readonly error: ErrorRecord;
}

/** Ends a run that could not go on; a run that has ended already stays as it is. */
export async function failRun(
  services: Services,
  { runId, startedAt, error }: FailedStep,
): Promise<FinishedRun> {
  const opened = await services.store.runs.get(runId);
  if (opened?.status === 'succeeded' || opened?.status === 'failed') return { runId, status: opened.status };
  const changes = await services.store.runs.changes(runId);
  await close(services, {
    runId,
    startedAt,
    accountIds: [],
    ...opened,
    status: 'failed',
    reason: error.message,
    error,
    left: [
      `Everything from here on: ${error.name}. Start it again once that is put right`,
      ...changes.flatMap((change) => changeLine(change, opened?.accountIds ?? [])),
    ],
  });
  return { runId, status: 'failed' };
}

/** The record first: what was announced can be looked up. */
async function close(services: Services, run: RunRecord): Promise<void> {
  const finished = { ...run, finishedAt: timestamp(services.clock) };
  await services.store.runs.put(finished);
  await announce(services, finished);
}

async function nonMembers({ store }: Services, { accounts }: FinishStep): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { accountId, revision } of accounts) {
    const account = revision === undefined ? undefined : await store.registry.account(accountId);
    if (account !== undefined && !isMember(account))
      lines.push(`account ${accountId} is ${account.state}, so it has no access; what it had is taken back`);
  }
  return lines;
}

const accountLine = ({ accountId, error }: AccountOutcome): readonly string[] =>
  error === undefined ? [] : [`Account ${accountId}: ${error.Error}: ${messageOf(error.Cause)}`];

/** Lambda gives an error as JSON text with `errorMessage`; others give plain text. */
export function messageOf(cause: string | undefined): string {
  try {
    const parsed: unknown = JSON.parse(cause ?? '');
    const message = (parsed as { errorMessage?: unknown } | null)?.errorMessage;
    return typeof message === 'string' ? message : (cause ?? '');
  } catch {
    return cause ?? '';
  }
}

function changeLine(
  { resource, outcome, error, accountIds }: ResourceChange,
  own: readonly string[],
): readonly string[] {
  switch (outcome) {
    case 'written':
    case 'unchanged':
      return [];
    case 'set-aside': {
      const ours = accountIds?.filter((id) => own.includes(id)) ?? [];
      return [
        ...(ours.length === 0 ? [] : [`${resource}: AWS does not accept ${ours.join(', ')} as a principal`]),
        ...(error === undefined ? [] : [`${resource}: withheld${errorText(error)}`]),
      ];
    }
    case undefined:
      return [`${resource}: not updated${errorText(error)}`];
    default:
      return [`${resource}: ${outcome}${errorText(error)}`];
  }
}

const errorText = (error: ErrorRecord | undefined): string =>
  error === undefined ? '' : `: ${error.name}: ${error.message}`;

function summary(changes: readonly ResourceChange[]): string {
  const written = changes.filter(({ outcome }) => outcome === 'written').length;
  return written === 0
    ? `Nothing to do: ${changes.length} resources are as they should be`
    : `${written} of ${changes.length} resources written`;
}
