import { timestamp } from '../clock.ts';
import { parseAccountEvent } from '../organization/account-event.ts';
import type { Services } from '../services.ts';

export interface StartedRun {
  readonly runId: string;
  readonly status: 'accepted' | 'ignored';
  readonly accountIds: readonly string[];
  /** Why it started, or `ignored`. */
  readonly cause: string;
  /** Whether an account that is no member makes the run fail: a person who onboards it expects one. */
  readonly expect: 'member' | 'any';
}

/**
 * The first step: what an event or a manual input asks for. Opens the run's record.
 * @throws MalformedEventError
 */
export async function startRun(
  { store, clock }: Services,
  { runId, startedAt, input }: { runId: string; startedAt: string; input: unknown },
): Promise<StartedRun> {
  const event = parseAccountEvent(input);
  if (event.type === 'ignored') {
    const { reason } = event;
    const finishedAt = timestamp(clock);
    await store.runs.put({ runId, status: 'ignored', startedAt, finishedAt, accountIds: [], reason });
    return { runId, status: 'ignored', accountIds: [], cause: 'ignored', expect: 'any' };
  }
  const { accountIds, cause, expect } = event;
  await store.runs.put({ runId, status: 'running', startedAt, accountIds, cause });
  return { runId, status: 'accepted', accountIds, cause, expect };
}
