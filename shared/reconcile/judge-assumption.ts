import type { AccessRequest } from '../iam/request.ts';
import { judgePrincipal, type PrincipalReading, withRealPrincipal } from './judge-principal.ts';
import {
  anyIdentity,
  type Judged,
  judge,
  type OrganizationEvidence,
  withCircumstances,
} from './judge-request.ts';
import type { MemberRoleState } from './member-role-state.ts';

/** One way in which a trusted principal gets a member role: an AssumeRole request. */
export interface Assumption {
  readonly request: AccessRequest;
  /**
   * What was read of the central account's role that sends the request. Absent if no grant is about this role, because
   * the hub may not read it then.
   */
  readonly caller?: PrincipalReading | undefined;
}

/** Whether any trusted principal can assume the member role. One that can is enough. Pure. */
export function judgeAssumptions(
  assumptions: readonly Assumption[],
  state: MemberRoleState,
  organization: OrganizationEvidence,
): readonly Judged[] {
  const judged = assumptions.flatMap((each) => judgeAssumption(each, state, organization));
  const best = (['verified', 'unknown', 'denied'] as const)
    .map((status) => judged.find((each) => each.status === status))
    .find((each) => each !== undefined);
  if (best === undefined) return [];
  const { reason } = best;
  if (reason === undefined) return [best];
  const consequence = best.status === 'denied' ? 'nobody can' : 'it is unknown whether anybody can';
  return [{ ...best, reason: `${consequence} work as ${state.arn}: ${reason}` }];
}

function judgeAssumption(
  { request: expected, caller }: Assumption,
  { trust }: MemberRoleState,
  organization: OrganizationEvidence,
): Judged {
  const request = withCircumstances(withRealPrincipal(expected, caller), organization);
  const [problem] = judgePrincipal(caller, request, organization.facts);
  if (problem !== undefined) return problem;
  const { policies, unread } = caller?.outcome === 'read' ? caller : { policies: [], unread: [] };
  return explainPath(
    judge(request, { policies: [...trust, anyIdentity, ...policies], unread, organization }),
    expected,
    request,
  );
}

function explainPath(
  judged: Judged,
  { principal: expected }: AccessRequest,
  { principal: real }: AccessRequest,
): Judged {
  if (judged.reason === undefined || expected.type !== 'role' || real.type !== 'role') return judged;
  if (expected.arn === real.arn) return judged;
  const reason = `the role ${real.arn} exists, and the configuration expects ${expected.arn}: ${judged.reason}`;
  return { ...judged, reason };
}
