import { countAllCalls } from '../run-report.ts';
import type { Simulation } from '../simulation.ts';
import { type BrokenTrust, isDeniedExactly } from './broken-trust.ts';
import { newAccount, type ScenarioResult } from './scenario.ts';
import { countAllowed, countMentions } from './who-can.ts';

/** What `demo --json` prints. */
export type Figures = ReturnType<typeof computeFigures>;

export function computeFigures(
  { chapters, accesses, check, brokenTrust, closed }: ScenarioResult,
  { organization }: Simulation,
  durationMs: number,
) {
  const allowed = {
    of: accesses.length,
    before: countAllowed(accesses, 0),
    onboarded: countAllowed(accesses, 1),
    closed: countAllowed(accesses, 2),
  };
  const mentionedAfterClosing = countMentions(closed, newAccount.id);
  const { verified = 0, 'central-only': centralOnly = 0 } = check.readiness?.counts ?? {};
  const asPromised =
    verified + centralOnly === allowed.of &&
    (brokenTrust === undefined || isDeniedExactly(brokenTrust)) &&
    chapters.every(({ report }) => report.status === 'succeeded') &&
    allowed.onboarded === allowed.of &&
    allowed.before + allowed.closed + mentionedAfterClosing === 0 &&
    chapters.at(-1)?.writes === 0;
  return {
    status: asPromised ? ('succeeded' as const) : ('failed' as const),
    accountId: newAccount.id,
    accounts: organization.world.accounts.size,
    resources: closed.size,
    allowed,
    /** How many accesses are verified in both halves. */
    verified,
    ...(brokenTrust === undefined ? {} : { brokenTrust: describeBrokenTrust(brokenTrust) }),
    mentionedAfterClosing,
    runs: chapters.map(({ title, event, report, writes }) => ({
      title,
      event: event.detail.eventName,
      runId: report.runId,
      status: report.status,
      written: report.resources.filter(({ outcome }) => outcome === 'written').length,
      calls: countAllCalls(report.calls),
      writes,
      durationMs: report.durationMs,
    })),
    durationMs,
  };
}

const describeBrokenTrust = ({ role, broken }: BrokenTrust) => ({
  role,
  accesses: broken.results.filter((each) => each.role === role).length,
  denied: broken.results.filter(({ status }) => status === 'denied').length,
});
