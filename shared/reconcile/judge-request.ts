import type { AppliedKeyGrant } from '../iam/applied-access.ts';
import type { AppliedPolicy } from '../iam/applied-policy.ts';
import { authorize, type Decision } from '../iam/authorize.ts';
import { type ControlPolicyTarget, listControlPolicyTargets } from '../iam/control-policies.ts';
import { createPolicy } from '../iam/document.ts';
import { getPrincipalAccount } from '../iam/engine/request-facts.ts';
import { type AccessRequest, type ContextValues, type OrganizationFacts, unknown } from '../iam/request.ts';
import type { AccessResult } from './access-result.ts';
import type { UnreadPolicy } from './member-role-state.ts';

export type Judged = Pick<AccessResult, 'status' | 'reason' | 'keys' | 'statement'>;

export const verified: Judged = { status: 'verified' };

/** What was read of the organization, and the time of the judgment. */
export interface OrganizationEvidence {
  readonly facts: OrganizationFacts;
  /** ISO 8601. The value of `aws:CurrentTime`. */
  readonly now: string;
  /** All SCPs or RCPs that apply to an account: its own, and the ones of its OUs and of the root. */
  listPolicies(target: ControlPolicyTarget): readonly AppliedPolicy[];
  /** Why the policies were not read. Absent if they were read, or if the configuration says to ignore them. */
  readonly unread?: string;
  /** The configuration says to ignore the policies. Default: false. */
  readonly ignoresPolicies?: boolean;
  /** Accounts whose position may be old, by id. Each has a phrase that says so. Default: none. */
  readonly unplaced?: ReadonlyMap<string, string>;
}

/** Completes a request with the time. The OU paths of its accounts are unknown if a position may be old. */
export const withCircumstances = (
  request: AccessRequest,
  { now, unplaced }: OrganizationEvidence,
): AccessRequest => ({
  ...request,
  context: {
    'aws:CurrentTime': now,
    ...request.context,
    ...(isUnplaced(request, unplaced) ? hidePaths(request.context) : {}),
  },
});

const isUnplaced = ({ principal }: AccessRequest, unplaced: OrganizationEvidence['unplaced']): boolean => {
  const id = principal.type === 'service' ? principal.sourceAccount : getPrincipalAccount(principal);
  return id !== undefined && unplaced?.has(id) === true;
};

const hidePaths = (context: ContextValues = {}): ContextValues =>
  Object.fromEntries(
    Object.keys(context)
      .filter(isPathKey)
      .map((key) => [key, unknown]),
  );

/** `aws:PrincipalOrgPaths`, … */
export const isPathKey = (key: string): boolean => /^aws:\w+orgpaths$/i.test(key);

/** Takes the place of the identity policies of a caller that was not read, and allows everything. */
export const anyIdentity: AppliedPolicy = {
  kind: 'identity',
  name: 'policies that were not read',
  document: { ...createPolicy(), Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

/** What decides about one request, besides the policies of the organization. */
interface Evidence {
  readonly policies: readonly AppliedPolicy[];
  readonly keyGrants?: readonly AppliedKeyGrant[];
  readonly unread?: readonly UnreadPolicy[];
  readonly organization: OrganizationEvidence;
}

/** What all policies together answer to a request. Pure. */
export function judge(
  request: AccessRequest,
  { policies, keyGrants = [], unread = [], organization }: Evidence,
): Judged {
  const decision = authorize({
    request,
    policies: [...policies, ...listOrganizationPolicies(request, organization)],
    unread,
    keyGrants,
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
