import type { Services } from '../../shared/reconcile/services.ts';
import { decideApproval } from '../../shared/runs/approval/decide-approval.ts';
import type { ApprovalRequest, Store } from '../../shared/store/ports.ts';
import type { Draw } from './random.ts';

/** Who answers what runs ask. */
export interface Approver {
  /** The store, which tells the person of each question, and remembers who was ever approved. */
  told(store: Store): Store;
  /** Accounts that a person has approved at some time. */
  readonly approved: ReadonlySet<string>;
  /** They were there before anybody was asked. */
  approve(ids: Iterable<string>): void;
  /** From now on everything is approved, and soon. */
  approveAll(): void;
}

interface ApproverOptions {
  readonly draw: Draw;
  /** Those of the person's own machine. */
  readonly services: () => Services;
  /** Lets the time limit of the task that waits be over. */
  readonly timeOut: (token: string) => void;
  readonly note: (text: string) => void;
}

const minute = 60_000;

/** A person who approves most of what is asked, rejects some, and does not answer the rest. */
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

  /** What fails is tried again: doing it again completes it. */
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
