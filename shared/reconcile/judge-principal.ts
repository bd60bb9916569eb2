import type { Access } from '../grants/access.ts';
import type { AppliedPolicy } from '../iam/applied-policy.ts';
import { evaluatePolicies } from '../iam/evaluate.ts';
import type { AccessRequest, OrganizationFacts } from '../iam/request.ts';
import { anyIdentity, type Judged } from './judge-request.ts';
import type { UnreadPolicy } from './member-role-state.ts';

/** What was read of the group or role in a central account that a grant lets assume another role. */
export type PrincipalReading =
  | {
      readonly outcome: 'read';
      /** The ARN of the existing role. Its path may differ from the ARN in the configuration. */
      readonly arn: string;
      /**
       * The principal's own policies and its permissions boundary, without the managed policies that this installation
       * attaches.
       */
      readonly policies: readonly AppliedPolicy[];
      readonly unread: readonly UnreadPolicy[];
    }
  | { readonly outcome: 'missing' | 'unreadable'; readonly reason: string };

/** The configuration names a role without its path. Returns the request with the ARN of the existing role. Pure. */
export function withRealPrincipal(
  request: AccessRequest,
  principal: PrincipalReading | undefined,
): AccessRequest {
  if (principal?.outcome !== 'read' || request.principal.type !== 'role') return request;
  if (principal.arn === request.principal.arn) return request;
  return { ...request, principal: { ...request.principal, arn: principal.arn } };
}

/** Why the group or role itself makes a proof impossible, for example because it does not exist. Pure. */
export function judgePrincipal(
  principal: PrincipalReading | undefined,
  request: AccessRequest,
  organization: OrganizationFacts,
): readonly Judged[] {
  switch (principal?.outcome) {
    case 'missing':
      return [{ status: 'denied', reason: principal.reason }];
    case 'unreadable':
      return [{ status: 'unknown', reason: principal.reason, keys: ['identity'] }];
    case 'read':
      return request.principal.type === 'account' ? judgeGroup(principal, request, organization) : [];
    case undefined:
      return [];
  }
}

type ReadPrincipal = Extract<PrincipalReading, { readonly outcome: 'read' }>;

/**
 * A group sends no requests, so the access is judged for its account as a whole, without identity policies. A Deny in
 * the group's own policies binds its users all the same, so it is judged here.
 */
function judgeGroup(
  { policies, unread }: ReadPrincipal,
  request: AccessRequest,
  organization: OrganizationFacts,
): readonly Judged[] {
  const [first] = unread;
  if (first !== undefined) return [{ status: 'unknown', reason: first.reason, keys: [first.kind] }];
  return policies.flatMap((policy): readonly Judged[] => {
    const {
      decision,
      sid = 'without Sid',
      unknowns,
    } = evaluatePolicies([anyIdentity, policy], request, organization);
    if (decision === 'deny')
      return [{ status: 'denied', reason: `statement ${sid} of ${policy.name} denies it`, statement: sid }];
    if (decision !== 'unknown') return [];
    const keys = unknowns.map(({ name }) => name);
    const reason = `a statement of ${policy.name} may deny it, which depends on ${keys.join(', ')}`;
    return [{ status: 'unknown', reason, keys }];
  });
}

/**
 * Explains a denial: the existing role has another path than the role in the configuration, so the policy does not
 * match it. Pure.
 */
export function explainPath(
  judged: Judged,
  { request: { principal }, member }: Access,
  { principal: real }: AccessRequest,
): Judged {
  if (principal.type !== 'role' || real.type !== 'role') return judged;
  const { reason } = judged;
  return {
    ...judged,
    reason:
      `the role ${real.arn} exists, and the configuration expects ${principal.arn}: ${reason}. ` +
      `Change \`trusts\` of the member role ${member?.role}, or make the role with that path`,
  };
}
