import { callsOf } from '../run-report.ts';
import type { Simulation } from '../simulation.ts';
import { newcomer, type Story } from './scenario.ts';
import { allowedAt, mentions } from './who-can.ts';

/** What `demo --json` prints. */
export type Figures = ReturnType<typeof figuresOf>;

export function figuresOf(
  { chapters, accesses, closed }: Story,
  { organization }: Simulation,
  durationMs: number,
) {
  const allowed = {
    of: accesses.length,
    before: allowedAt(accesses, 0),
    onboarded: allowedAt(accesses, 1),
    closed: allowedAt(accesses, 2),
  };
  const mentionedAfterClosing = mentions(closed, newcomer.id);
  const asPromised =
    chapters.every(({ report }) => report.status === 'succeeded') &&
    allowed.onboarded === allowed.of &&
    allowed.before + allowed.closed + mentionedAfterClosing === 0 &&
    chapters.at(-1)?.writes === 0;
  return {
    status: asPromised ? ('succeeded' as const) : ('failed' as const),
    accountId: newcomer.id,
    accounts: organization.world.accounts.size,
    resources: closed.size,
    allowed,
    mentionedAfterClosing,
    runs: chapters.map(({ title, event, report, writes }) => ({
      title,
      event: event.detail.eventName,
      runId: report.runId,
      status: report.status,
      written: report.resources.filter(({ outcome }) => outcome === 'written').length,
      calls: callsOf(report.calls),
      writes,
      durationMs: report.durationMs,
    })),
    durationMs,
  };
}
