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

/** The organization's policies, the places of accounts in it, and the time of the judgment. */
export interface OrganizationEvidence {
  readonly facts: OrganizationFacts;
  /** ISO 8601. The value of `aws:CurrentTime`. */
  readonly now: string;
  /** All SCPs or RCPs that apply to an account: its own, those of its OUs, and those of the root. */
  listPolicies(target: ControlPolicyTarget): readonly AppliedPolicy[];
  /** Why the policies were not read. Absent if they were read, or if the configuration says to ignore them. */
  readonly unread?: string;
  /** True if the configuration says to ignore SCPs and RCPs. Default: false. */
  readonly ignoresPolicies?: boolean;
  /** Accounts whose place in the organization may be outdated: a phrase about each, by account id. Default: none. */
  readonly unplaced?: ReadonlyMap<string, string>;
}

/**
 * Adds the time to the request. Removes the OU paths of accounts whose place may be outdated, so that conditions on
 * them become unknown.
 */
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

/** Condition keys whose values are OU paths: `aws:PrincipalOrgPaths` and others. */
export const isPathKey = (key: string): boolean => /^aws:\w+orgpaths$/i.test(key);

/**
 * Stands for the identity policies of a caller that was not read. It allows everything, so that it does not change the
 * result.
 */
export const anyIdentity: AppliedPolicy = {
  kind: 'identity',
  name: 'policies that were not read',
  document: { ...createPolicy(), Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] },
};

/** Everything that decides about one request, except for SCPs and RCPs. */
interface Evidence {
  readonly policies: readonly AppliedPolicy[];
  readonly keyGrants?: readonly AppliedKeyGrant[];
  readonly unread?: readonly UnreadPolicy[];
  readonly organization: OrganizationEvidence;
}

/** Evaluates a request by all policies together, including SCPs and RCPs. Pure. */
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
