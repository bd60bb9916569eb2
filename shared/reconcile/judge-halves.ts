import type { Access } from '../grants/access.ts';
import type { AppliedPolicy, PolicyKind } from '../iam/applied-policy.ts';
import { authorize, type Decision } from '../iam/authorize.ts';
import { type ControlPolicyTarget, listControlPolicyTargets } from '../iam/control-policies.ts';
import { createPolicy } from '../iam/document.ts';
import type { AccessRequest, OrganizationFacts } from '../iam/request.ts';
import type { AccessStatus } from '../store/readiness.ts';
import type { AccessResult } from './access-result.ts';
import { type AccessJudgment, type Documents, judgeAccess } from './judge-access.ts';
import type { MemberRoleReading, MemberRoleState } from './member-role-state.ts';

export type Judged = Pick<AccessResult, 'status' | 'reason' | 'keys' | 'statement'>;

/** The evidence of the central resource. */
export interface CentralEvidence {
  readonly documents: Documents;
  readonly policyKind: PolicyKind;
}

/** The evidence of the member account. */
export interface MemberEvidence {
  readonly reading: MemberRoleReading;
  /** The request that assumes the role before the role can send a request. */
  readonly assume?: AccessRequest;
}

/** The evidence of the organization, and the time of the judgment. */
export interface OrganizationEvidence {
  readonly facts: OrganizationFacts;
  /** ISO 8601. The value of `aws:CurrentTime`. */
  readonly now: string;
  /** SCPs or RCPs of an account, with those of its OUs and of the root. */
  listPolicies(target: ControlPolicyTarget): readonly AppliedPolicy[];
  /** Why the policies were not read. Absent if they were read, or if the configuration ignores them. */
  readonly unread?: string;
}

/**
 * What all halves of an access together prove: the policies of the central resource, the role of the member account with its trust,
 * boundary and policies, and the policies of the organization. The worst answer counts. Pure.
 */
export function judgeHalves(
  access: Access,
  central: CentralEvidence,
  member: MemberEvidence | undefined,
  organization: OrganizationEvidence,
): Judged {
  const timed = { ...access, request: withTime(access.request, organization) };
  const judged = [
    toJudged(judgeAccess(central.documents, central.policyKind, timed)),
    ...judgeComposition(timed, central, member, organization),
  ];
  const worst = severities.map((status) => judged.find((each) => each.status === status)).find(isDefined);
  const requests = member?.assume === undefined ? [access.request] : [access.request, member.assume];
  return withOrganization(worst ?? verified, requests, organization);
}

const withTime = (request: AccessRequest, { now }: OrganizationEvidence): AccessRequest => ({
  ...request,
  context: { 'aws:CurrentTime': now, ...request.context },
});

const severities = [
  'denied',
  'pending',
  'unknown',
  'central-only',
] as const satisfies readonly AccessStatus[];
const verified: Judged = { status: 'verified' };
const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

/** Policies of the organization may deny access that all others allow. */
const withOrganization = (
  judged: Judged,
  requests: readonly AccessRequest[],
  { unread, facts }: OrganizationEvidence,
): Judged =>
  unread === undefined ||
  judged.status !== 'verified' ||
  requests.every((request) => listControlPolicyTargets(request, facts).length === 0)
    ? judged
    : { status: 'unknown', reason: `organization policies not read: ${unread}`, keys: ['scp', 'rcp'] };

function toJudged({ outcome, why, keys, statement }: AccessJudgment): Judged {
  switch (outcome) {
    case 'allowed':
      return verified;
    case 'denied':
      return { status: outcome, reason: why, ...(statement === undefined ? {} : { statement }) };
    case 'unknown':
      return { status: outcome, reason: why, ...(keys === undefined ? {} : { keys }) };
  }
}

function judgeComposition(
  access: Access,
  central: CentralEvidence,
  member: MemberEvidence | undefined,
  organization: OrganizationEvidence,
): readonly Judged[] {
  const isAssumed = access.member?.part === 'is-assumed';
  const policies = [...toPolicies(central), isAssumed ? anyTrust : anyIdentity];
  const withoutMember = () => judge(access.request, { policies, organization });
  if (access.member === undefined) return [withoutMember()];
  if (member === undefined) return [withoutMember(), unread('the member account was not read')];
  const { reading } = member;
  switch (reading.outcome) {
    case 'read':
      return judgeRole(access, central, { ...member, state: reading.state }, organization);
    case 'missing':
      return [withoutMember(), { status: 'pending', reason: reading.reason }];
    case 'wrong':
    case 'failed':
      return [{ status: 'denied', reason: reading.reason }];
    case 'unreadable':
      return [withoutMember(), unread(reading.reason)];
  }
}

const unread = (reason: string): Judged => ({ status: 'central-only', reason });

/** The role with all its limits. Also whether it can be assumed at all, if the role sends the request. */
function judgeRole(
  { request, member }: Access,
  central: CentralEvidence,
  { state, assume }: Pick<MemberEvidence, 'assume'> & { readonly state: MemberRoleState },
  organization: OrganizationEvidence,
): readonly Judged[] {
  const documents = toPolicies(central);
  if (member?.part === 'is-assumed')
    return [judge(request, { policies: [...documents, ...state.trust], unread: state.unread, organization })];
  const own = [...state.identity, ...state.boundary];
  return [
    judge(request, { policies: [...documents, ...own], unread: state.unread, organization }),
    ...(assume === undefined ? [] : [judgeAssumption(assume, state, organization)]),
    ...(state.instanceProfile === undefined ? [] : [state.instanceProfile]),
  ];
}

function judgeAssumption(
  assume: AccessRequest,
  { trust, arn }: MemberRoleState,
  organization: OrganizationEvidence,
): Judged {
  const request = withTime(assume, organization);
  const judged = judge(request, { policies: [...trust, anyIdentity], organization });
  const { reason } = judged;
  return reason === undefined ? judged : { ...judged, reason: `nobody can work as ${arn}: ${reason}` };
}

const toPolicies = ({ documents, policyKind }: CentralEvidence): readonly AppliedPolicy[] =>
  documents.filter(isDefined).map((document) => ({
    kind: policyKind,
    name: `the ${policyKind} policy of the central account`,
    document,
  }));

/** Stands for the policies of a caller that is not read. */
const anyIdentity: AppliedPolicy = {
  kind: 'identity',
  name: 'policies that were not read',
  document: { ...createPolicy(), Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

/** Stands for the trust policy of a role that is not read. */
const anyTrust: AppliedPolicy = {
  kind: 'trust',
  name: 'a trust policy that was not read',
  document: { ...createPolicy(), Statement: [{ Effect: 'Allow', Principal: '*', Action: '*' }] },
};

interface Evidence {
  readonly policies: readonly AppliedPolicy[];
  readonly unread?: MemberRoleState['unread'];
  readonly organization: OrganizationEvidence;
}

function judge(request: AccessRequest, { policies, unread = [], organization }: Evidence): Judged {
  const decision = authorize({
    request,
    policies: [...policies, ...listOrganizationPolicies(request, organization)],
    unread,
    organization: organization.facts,
  });
  return fromDecision(decision);
}

export const listOrganizationPolicies = (
  request: AccessRequest,
  { facts, listPolicies }: OrganizationEvidence,
): readonly AppliedPolicy[] => listControlPolicyTargets(request, facts).flatMap(listPolicies);

function fromDecision({ outcome, reasons, statements, unknowns }: Decision): Judged {
  const reason = reasons.join('; ');
  switch (outcome) {
    case 'allowed':
      return verified;
    case 'denied': {
      const [first] = statements;
      const statement = first && `${first.sid ?? `statement ${first.index + 1}`} of ${first.policy}`;
      return { status: outcome, reason, ...(statement === undefined ? {} : { statement }) };
    }
    case 'unknown':
      return { status: outcome, reason, keys: [...new Set(unknowns.map(({ name }) => name))] };
  }
}
