import { setImmediate as turn } from 'node:timers/promises';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { type ApprovalAnswer, decideApproval } from '../../shared/runs/approval/decide-approval.ts';
import type { ApprovalRequest } from '../../shared/store/ports.ts';
import { type GrantName, small } from './configurations.ts';
import { type Ended, type OnboardOptions, onboard, otherServices, type TestEnv } from './flows-fixture.ts';

/** The small configuration, with approval for some accounts. */
export const approving = (selector: object, names?: readonly GrantName[]): Configuration =>
  small(names, `\napproval: { for: ${JSON.stringify(selector)}, timeLimitHours: 48 }`);

export interface Waiting {
  readonly request: ApprovalRequest;
  /** The whole run, once somebody has decided. */
  readonly ended: Promise<Ended>;
}

let runs = 0;

/** Starts a run and comes back when it waits. Throws where it ends instead. */
export async function untilItWaits(
  env: TestEnv,
  input: unknown,
  options: OnboardOptions = {},
): Promise<Waiting> {
  runs += 1;
  const { name = `waits-${runs}` } = options;
  const { tasks } = env.organization.world;
  const before = tasks.waiting().length;
  let over: Ended | undefined;
  const ended = onboard(env, input, { ...options, name, tasks }).then((end) => {
    over = end;
    return end;
  });
  for (;;) {
    await turn();
    const request = await env.store.approvals.get(name);
    if (over !== undefined) throw new Error(`Run ${name} ended: ${JSON.stringify(over.run)}`);
    const told = env.organization.world.putEvents.some(({ Detail }) => String(Detail).includes(name));
    if (request !== undefined && told && tasks.waiting().length > before) return { request, ended };
  }
}

export const answer = (
  env: TestEnv,
  { runId, planHash }: ApprovalRequest,
  more: Partial<ApprovalAnswer> = {},
) => decideApproval(otherServices(env), { runId, planHash, verdict: 'approved', by: 'an operator', ...more });

/** As `waits`, when it was created, of an account by itself. */
export const approvalOf = async (env: TestEnv, id: string) =>
  (await env.store.registry.account(id))?.approval;
