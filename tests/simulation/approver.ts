import type { Services } from '../../shared/reconcile/services.ts';
import { decideApproval } from '../../shared/runs/approval/decide-approval.ts';
import type { ApprovalRequest, Store } from '../../shared/store/ports.ts';
import type { Draw } from './random.ts';

/** The operator who answers the requests of runs. */
export interface Approver {
  /** The store, which reports each request to the operator, and remembers the approved accounts. */
  told(store: Store): Store;
  /** Accounts that an operator has approved at some time. */
  readonly approved: ReadonlySet<string>;
  /** Accounts from before the first request. */
  approve(ids: Iterable<string>): void;
  /** From now on every request is approved, and soon. */
  approveAll(): void;
}

interface ApproverOptions {
  readonly draw: Draw;
  /** The services of the operator's own machine. */
  readonly services: () => Services;
  /** Lets the time limit of the waiting task pass. */
  readonly timeOut: (token: string) => void;
  readonly note: (text: string) => void;
}

const minute = 60_000;

/** An operator who approves most requests, rejects some, and ignores the rest. */
export function createApprover({ draw, services, timeOut, note }: ApproverOptions): Approver {
  const approved = new Set<string>();
  let approving = false;

  const asked = ({ runId, planHash, token, until }: ApprovalRequest): void => {
    setTimeout(() => timeOut(token), Math.max(0, Date.parse(until) - Date.now()));
    const verdict = approving
      ? 'approved'
      : draw.pick(['approved', 'approved', 'rejected', undefined] as const);
    if (verdict === undefined) return;
    const answer = { runId, planHash, verdict, by: 'a person' };
    setTimeout(() => void decide(answer, 3), approving ? minute : draw.between(1_000, 50 * minute));
  };

  /** A failed decision is repeated: the second time completes it. */
  const decide = async (answer: Parameters<typeof decideApproval>[1], attempts: number): Promise<void> => {
    try {
      const { approved: ids } = await decideApproval(services(), answer);
      note(`${answer.runId} ${answer.verdict} ${ids.join()}`);
    } catch (error) {
      const { name, retryable = false } = error as { name: string; retryable?: boolean };
      note(`${answer.runId} not ${answer.verdict}: ${name}`);
      if (retryable && attempts > 1) setTimeout(() => void decide(answer, attempts - 1), minute);
    }
  };

  return {
    approved,
    told: (store) => ({
      ...store,
      approvals: {
        ...store.approvals,
        put: async (request) => {
          const stored = await store.approvals.put(request);
          if (stored) asked(request);
          return stored;
        },
        decide: async (runId, token, decision) => {
          const decided = await store.approvals.decide(runId, token, decision);
          if (!decided || decision.verdict !== 'approved') return decided;
          for (const { id } of (await store.approvals.get(runId))?.accounts ?? []) approved.add(id);
          return decided;
        },
      },
    }),
    approve: (ids) => {
      for (const id of ids) approved.add(id);
    },
    approveAll: () => {
      approving = true;
    },
  };
}
