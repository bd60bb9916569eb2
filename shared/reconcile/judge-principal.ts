import type { Access } from '../grants/access.ts';
import type { AppliedPolicy } from '../iam/applied-policy.ts';
import { evaluatePolicies } from '../iam/evaluate.ts';
import type { AccessRequest, OrganizationFacts } from '../iam/request.ts';
import { anyIdentity, type Judged } from './judge-request.ts';
import type { UnreadPolicy } from './member-role-state.ts';

/** The group or role of a central account that an access lets assume a role, as it was read. */
export type PrincipalReading =
  | {
      readonly outcome: 'read';
      /** With its real path. */
      readonly arn: string;
      /** Its own policies and its boundary. The managed policies of this installation are not among them. */
      readonly policies: readonly AppliedPolicy[];
      readonly unread: readonly UnreadPolicy[];
    }
  | { readonly outcome: 'missing' | 'unreadable'; readonly reason: string };

/** The request of the role that exists: the configuration names a role without its path. Pure. */
export function withRealPrincipal(
  request: AccessRequest,
  principal: PrincipalReading | undefined,
): AccessRequest {
  if (principal?.outcome !== 'read' || request.principal.type !== 'role') return request;
  if (principal.arn === request.principal.arn) return request;
  return { ...request, principal: { ...request.principal, arn: principal.arn } };
}

/** Why the principal itself prevents a proof. Pure. */
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
 * A Deny in the policies of a group binds its users. The engine asks no identity policies for a request of an account as a whole, which
 * stands for an unnamed user of the group.
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

/** A denial because the role that exists has another path than the role that the configuration names. Pure. */
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
