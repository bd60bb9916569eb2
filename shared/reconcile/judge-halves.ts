import type { Access } from '../grants/access.ts';
import type { AppliedPolicy, PolicyKind } from '../iam/applied-policy.ts';
import { listControlPolicyTargets } from '../iam/control-policies.ts';
import { createPolicy } from '../iam/document.ts';
import { findPublicBlock } from '../iam/public-statements.ts';
import type { AccessRequest } from '../iam/request.ts';
import type { AccessStatus } from '../store/readiness.ts';
import { type AccessJudgment, type Documents, judgeAccess } from './judge-access.ts';
import { type Assumption, judgeAssumptions } from './judge-assumption.ts';
import { judgeKeys, type KeyReading, listKeyRequests } from './judge-keys.ts';
import { explainPath, judgePrincipal, type PrincipalReading, withRealPrincipal } from './judge-principal.ts';
import {
  anyIdentity,
  isPathKey,
  type Judged,
  judge,
  type OrganizationEvidence,
  verified,
  withCircumstances,
} from './judge-request.ts';
import type { MemberRoleReading, MemberRoleState, UnreadPolicy } from './member-role-state.ts';

/** What was read of the central resource. */
export interface CentralEvidence {
  readonly documents: Documents;
  readonly policyKind: PolicyKind;
  /** The keys that encrypt the resource. Default: none. */
  readonly keys?: readonly KeyReading[];
  /**
   * What was read of the group or role of the central account, if that principal sends the request. Absent if a member
   * account sends it.
   */
  readonly principal?: PrincipalReading | undefined;
}

/** What was read of the member account. */
export interface MemberEvidence {
  readonly reading: MemberRoleReading;
  /**
   * The AssumeRole requests by which trusted principals get the member role. Default: none, for a role that no
   * principal assumes.
   */
  readonly assumptions?: readonly Assumption[];
}

/**
 * Judges one access by everything that was read: the central resource's policies, the member role's trust policy,
 * boundary and policies, and the SCPs and RCPs. The worst result counts. Pure.
 */
export function judgeHalves(
  access: Access,
  central: CentralEvidence,
  member: MemberEvidence | undefined,
  organization: OrganizationEvidence,
): Judged {
  const request = withRealPrincipal(access.request, central.principal);
  const judged = judgeAll({ ...access, request }, central, member, organization);
  if (judged.status !== 'denied' || request === access.request) return judged;
  const expected = judgeAll(access, central, member, organization);
  return expected.status === 'denied' ? judged : explainPath(judged, access, request);
}

function judgeAll(
  access: Access,
  central: CentralEvidence,
  member: MemberEvidence | undefined,
  organization: OrganizationEvidence,
): Judged {
  const timed = { ...access, request: withCircumstances(access.request, organization) };
  const judged = [
    ...judgePrincipal(central.principal, timed.request, organization.facts),
    toJudged(judgeAccess(central.documents, central.policyKind, timed)),
    ...judgeComposition(timed, central, member, organization),
    ...judgePublicBlock(central, timed.request),
    ...judgeKeys(timed, central.keys ?? [], { ...toSender(member), organization }),
  ];
  const worst = severities.map((status) => judged.find((each) => each.status === status)).find(isDefined);
  const requests = [
    access.request,
    ...listKeyRequests(access, central.keys ?? []),
    ...(member?.assumptions ?? []).map(({ request }) => request),
  ];
  return withPositions(withOrganization(worst ?? verified, requests, organization), requests, organization);
}

/**
 * If another statement makes a bucket policy public, the bucket's setting `RestrictPublicBuckets` can block this
 * access. The setting is not read, so the result is unknown.
 */
function judgePublicBlock(central: CentralEvidence, request: AccessRequest): readonly Judged[] {
  const reason = findPublicBlock(toPolicies(central), request);
  return reason === undefined ? [] : [{ status: 'unknown', reason, keys: ['RestrictPublicBuckets'] }];
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;

/**
 * The policies of the member role that sends the request. A role that was not read gets a policy that allows
 * everything: so its policies do not change the result.
 */
function toSender(member: MemberEvidence | undefined) {
  if (member?.reading.outcome !== 'read') return { policies: [anyIdentity] };
  const { identity, boundary, unread } = member.reading.state;
  return { policies: [...identity, ...boundary], unread };
}

const severities = [
  'denied',
  'pending',
  'unknown',
  'central-only',
] as const satisfies readonly AccessStatus[];

/** If SCPs and RCPs were not read, a verified access becomes unknown, because one of them may deny it. */
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

/**
 * The place of an account in the organization may be outdated. Then other SCPs and RCPs may apply to it, so a verified
 * access becomes unknown. If the access is unknown because of an OU path, the reason also says how old the place is.
 */
function withPositions(
  judged: Judged,
  requests: readonly AccessRequest[],
  { unplaced = new Map(), facts, ignoresPolicies = false }: OrganizationEvidence,
): Judged {
  if (unplaced.size === 0) return judged;
  if (judged.status === 'unknown' && judged.keys?.some(isPathKey))
    return { ...judged, reason: `${judged.reason}; ${[...unplaced.values()][0]}` };
  if (judged.status !== 'verified' || ignoresPolicies) return judged;
  const reason = requests
    .flatMap((request) => listControlPolicyTargets(request, facts))
    .map(({ accountId }) => unplaced.get(accountId))
    .find(isDefined);
  return reason === undefined ? judged : { status: 'unknown', reason, keys: ['scp', 'rcp'] };
}

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
  const withoutMember = () => judge(access.request, { policies, unread: listUnread(central), organization });
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

/**
 * Judges the request by the policies of the member role. If the role sends the request, a trusted principal must also
 * be able to assume the role.
 */
function judgeRole(
  { request, member }: Access,
  central: CentralEvidence,
  { state, assumptions = [] }: Pick<MemberEvidence, 'assumptions'> & { readonly state: MemberRoleState },
  organization: OrganizationEvidence,
): readonly Judged[] {
  const documents = toPolicies(central);
  if (member?.part === 'is-assumed') {
    const unread = [...listUnread(central), ...state.unread.filter(({ kind }) => kind === 'trust')];
    return [judge(request, { policies: [...documents, ...state.trust], unread, organization })];
  }
  const own = [...state.identity, ...state.boundary];
  return [
    judge(request, { policies: [...documents, ...own], unread: state.unread, organization }),
    ...judgeAssumptions(assumptions, state, organization),
    ...(state.instanceProfile === undefined ? [] : [state.instanceProfile]),
  ];
}

const toPolicies = ({ documents, policyKind, principal }: CentralEvidence): readonly AppliedPolicy[] => [
  ...documents.filter(isDefined).map((document) => ({
    kind: policyKind,
    name: `the ${policyKind} policy of the central account`,
    document,
  })),
  ...(principal?.outcome === 'read' ? principal.policies : []),
];

const listUnread = ({ principal }: CentralEvidence): readonly UnreadPolicy[] =>
  principal?.outcome === 'read' ? principal.unread : [];

/** Stands for a trust policy that was not read. It allows everything, so that it does not change the result. */
const anyTrust: AppliedPolicy = {
  kind: 'trust',
  name: 'a trust policy that was not read',
  document: { ...createPolicy(), Statement: [{ Effect: 'Allow', Principal: '*', Action: '*' }] },
};
