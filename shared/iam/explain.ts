import type { AppliedKeyGrant } from './applied-access.ts';
import type { AppliedPolicy, PolicyKind } from './applied-policy.ts';
import { type AuthorizationInput, authorize, type Decision } from './authorize.ts';
import { binds } from './engine/binding.ts';
import { findKeyGrant } from './engine/key-grants.ts';
import { grades } from './engine/principals.ts';
import { createQuestion } from './engine/question.ts';
import { evaluatePolicies } from './evaluate.ts';
import type { RequestPrincipal } from './request.ts';

export interface ExplanationInput extends AuthorizationInput {
  /** Why the KMS grants of the key could not be read. Absent if they were read, or if the resource is no key. */
  readonly unreadKeyGrants?: string | undefined;
}

/** What one policy or KMS grant alone decides about a request. */
export interface PolicyAnswer {
  readonly kind: PolicyKind | 'key-grant';
  readonly name: string;
  /**
   * `does-not-bind`: the policy does not apply to this request. Example: an SCP does not apply to the management
   * account.
   */
  readonly says: 'allows' | 'denies' | 'nothing' | 'unknown' | 'does-not-bind';
  /** The statement that allows or denies: `statement ReadLogs`, or `statement 2`. */
  readonly statement?: string;
  /** Only with `unknown`: what could not be judged. */
  readonly unknowns?: readonly string[];
}

/** Whether AWS allows a request, and what each policy alone decides about it. */
export interface Explanation extends Decision {
  readonly policies: readonly PolicyAnswer[];
}

/** Evaluates a request by all policies, and by each policy alone. Pure. */
export function explain(input: ExplanationInput): Explanation {
  const policies = [
    ...input.policies.map((policy) => answerPolicy(policy, input)),
    ...(input.keyGrants ?? []).flatMap((grant) => answerKeyGrant(grant, input)),
  ];
  return { ...decide(input), policies };
}

/**
 * The result by all policies. If nothing allows the request and the KMS grants could not be read, the result is
 * unknown, because a grant may allow it.
 */
function decide(input: ExplanationInput): Decision {
  const decision = authorize(input);
  const { unreadKeyGrants: reason, keyGrants = [], request } = input;
  if (reason === undefined || decision.outcome !== 'denied' || decision.explicit) return decision;
  const wholly = authorize({ ...input, keyGrants: [...keyGrants, createGrantForAll(request)] });
  if (wholly.outcome === 'denied') return decision;
  return {
    ...decision,
    outcome: 'unknown',
    reasons: [`the grants of the key were not read: ${reason}`, ...decision.reasons],
    unknowns: [{ kind: 'policy', name: 'key-grant', policy: 'key-grant' }],
  };
}

const createGrantForAll = ({ principal, action }: ExplanationInput['request']): AppliedKeyGrant => ({
  granteePrincipal: toGrantee(principal),
  operations: [action.replace(/^kms:/i, '')],
});

function toGrantee(principal: RequestPrincipal): string {
  if ('arn' in principal) return principal.arn;
  if (principal.type === 'service') return principal.service;
  return ('accountId' in principal ? principal.accountId : undefined) ?? '';
}

function answerPolicy(policy: AppliedPolicy, { request, organization }: ExplanationInput): PolicyAnswer {
  const { kind, name, document } = policy;
  if (!binds(kind, request, organization)) return { kind, name, says: 'does-not-bind' };
  const { decision, statement, sid, unknowns } = evaluatePolicies([policy], request, organization);
  if (decision === 'none') return { kind, name, says: 'nothing' };
  if (decision === 'unknown')
    return { kind, name, says: 'unknown', unknowns: [...new Set(unknowns.map((each) => each.name))] };
  const index = statement === undefined ? -1 : document.Statement.indexOf(statement);
  const label = `statement ${sid ?? index + 1}`;
  return { kind, name, says: decision === 'allow' ? 'allows' : 'denies', statement: label };
}

/**
 * What one KMS grant decides. `undefined` if it is not about the caller: a key may have thousands of grants, and most
 * of them are not listed.
 */
function answerKeyGrant(
  grant: AppliedKeyGrant,
  { request, organization }: ExplanationInput,
): readonly PolicyAnswer[] {
  const finding = findKeyGrant([grant], createQuestion(request, organization, false), grades);
  const answered = { kind: 'key-grant', name: `grant ${grant.name ?? ''}` } as const;
  if (finding.outcome === 'no') return [];
  return finding.outcome === 'yes'
    ? [{ ...answered, says: 'allows' }]
    : [{ ...answered, says: 'unknown', unknowns: finding.unknowns.map(({ name }) => name) }];
}
