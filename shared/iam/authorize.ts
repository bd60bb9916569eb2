import type { AppliedKeyGrant, AppliedLaunchPermissions } from './applied-access.ts';
import type { AppliedPolicy, PolicyKind } from './applied-policy.ts';
import { binds } from './engine/binding.ts';
import { type DecisionUnknown, type Finding, listUnknowns } from './engine/findings.ts';
import { type JudgedStatement, judgePolicy, verdictOf } from './engine/judged-statements.ts';
import { findPermission, type Situation } from './engine/permission.ts';
import { createQuestion } from './engine/question.ts';
import type { AccessRequest, OrganizationFacts } from './request.ts';

/** A request, and all policies and grants that may decide about it. */
export interface AuthorizationInput {
  readonly request: AccessRequest;
  readonly policies: readonly AppliedPolicy[];
  /** Policies that apply to the request and could not be read, each with the reason. */
  readonly unread?: readonly { readonly kind: PolicyKind; readonly reason: string }[];
  /** Grants on the key that the request is for. */
  readonly keyGrants?: readonly AppliedKeyGrant[];
  /** Launch permissions of the image that the request is for. */
  readonly launchPermissions?: AppliedLaunchPermissions;
  readonly organization?: OrganizationFacts;
}

/** Whether AWS allows the request, with the statements that decide. */
export interface Decision {
  readonly outcome: 'allowed' | 'denied' | 'unknown';
  /** Whether a Deny statement decided. False if no statement allows the request, or if it is allowed. */
  readonly explicit: boolean;
  /** The statements that decided. If the result is `unknown`, the statements that could not be judged. */
  readonly statements: readonly DecisiveStatement[];
  readonly reasons: readonly string[];
  readonly unknowns: readonly DecisionUnknown[];
}

export interface DecisiveStatement {
  /** The policy's name. */
  readonly policy: string;
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** The position of the statement in its document. */
  readonly index: number;
}

/**
 * Whether AWS allows a request, by AWS's documented rules. An explicit Deny always wins. Otherwise some policy must
 * allow the request, and no boundary, session policy or SCP may limit it. The result is `unknown` only if a part that
 * could not be judged would change it.
 *
 * Source: "Policy evaluation logic", and the pages that the files in `engine/` name.
 */
export function authorize(input: AuthorizationInput): Decision {
  const { request, organization } = input;
  const policies = input.policies.filter(({ kind }) => binds(kind, request, organization));
  const question = createQuestion(
    request,
    organization,
    policies.some(({ kind }) => kind === 'boundary'),
  );
  const judged = policies.flatMap((policy) => judgePolicy(policy, question));
  const denials = judged.filter(({ statement }) => statement.Effect === 'Deny');
  const sure = denials.filter((each) => verdictOf(each) === 'yes');
  if (sure.length > 0) return createDenial(sure);
  const permission = findPermission({
    question,
    policies,
    allows: judged.filter(({ statement }) => statement.Effect === 'Allow'),
    unread: listUnread(input),
    keyGrants: input.keyGrants ?? [],
    launchPermissions: input.launchPermissions,
    organization,
  });
  return decide(permission, denials, input);
}

const listUnread = ({ unread = [], request, organization }: AuthorizationInput): Situation['unread'] =>
  unread.map(({ kind }) => kind).filter((kind) => binds(kind, request, organization));

const createDenial = (denials: readonly JudgedStatement[]): Decision => ({
  outcome: 'denied',
  explicit: true,
  statements: denials.map(toDecisive),
  reasons: denials.map(
    ({ policy, statement, index }) => `${label(statement.Sid, index)} of ${policy.name} denies it`,
  ),
  unknowns: [],
});

const label = (sid: string | undefined, index: number): string =>
  sid === undefined ? `statement ${index + 1}` : `statement ${sid}`;

function decide(
  permission: Finding,
  denials: readonly JudgedStatement[],
  input: AuthorizationInput,
): Decision {
  if (permission.outcome === 'no')
    return { outcome: 'denied', explicit: false, statements: [], reasons: permission.reasons, unknowns: [] };
  const open = permission.outcome === 'unknown' ? permission : undefined;
  const unknowns = [
    ...denials.flatMap(listUnknowns),
    ...(open?.unknowns ?? []),
    // A policy that could not be read may contain a Deny for this request.
    ...listUnread(input).map((kind): DecisionUnknown => ({ kind: 'policy', name: kind, policy: kind })),
  ];
  return permission.outcome === 'yes' && unknowns.length === 0
    ? createAllowance(permission)
    : createUncertainty([...denials, ...(open?.statements ?? [])], unknowns, input.unread ?? []);
}

const createAllowance = ({ statements, reasons }: Extract<Finding, { outcome: 'yes' }>): Decision => ({
  outcome: 'allowed',
  explicit: false,
  statements: statements.map(toDecisive),
  reasons: [
    ...statements.map(
      ({ policy, statement, index }) => `${label(statement.Sid, index)} of ${policy.name} allows it`,
    ),
    ...reasons,
  ],
  unknowns: [],
});

function createUncertainty(
  statements: readonly JudgedStatement[],
  all: readonly DecisionUnknown[],
  unread: NonNullable<AuthorizationInput['unread']>,
): Decision {
  const unknowns = [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];
  return {
    outcome: 'unknown',
    explicit: false,
    statements: statements.map(toDecisive),
    reasons: unknowns.map((each) => describe(each, unread)),
    unknowns,
  };
}

const describe = (
  { kind, name, policy, sid }: DecisionUnknown,
  unread: NonNullable<AuthorizationInput['unread']>,
): string =>
  kind === 'policy'
    ? `the ${name} policies were not read: ${unread.find((each) => each.kind === name)?.reason ?? 'no reason given'}`
    : `${kind} ${name} cannot be judged in ${sid === undefined ? policy : `statement ${sid} of ${policy}`}`;

const toDecisive = ({ policy, statement: { Sid, Effect }, index }: JudgedStatement): DecisiveStatement => ({
  policy: policy.name,
  ...(Sid === undefined ? {} : { sid: Sid }),
  effect: Effect,
  index,
});
