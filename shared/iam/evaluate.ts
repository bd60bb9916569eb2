import type { AppliedPolicy, PolicyKind } from './applied-policy.ts';
import type { PolicyDocument, Statement } from './document.ts';
import { type DecisionUnknown, listUnknowns } from './engine/findings.ts';
import { type JudgedStatement, judgePolicy, verdictOf } from './engine/judged-statements.ts';
import { createQuestion } from './engine/question.ts';
import type { AccessRequest, OrganizationFacts } from './request.ts';

/** The result of policies alone, without the policies of the other account and without limits such as boundaries. */
export interface Evaluation {
  /** `none`: no statement allows or denies. */
  readonly decision: 'allow' | 'deny' | 'none' | 'unknown';
  /** The Sid of the statement that decided. Absent if the statement has none, or if no statement decided. */
  readonly sid?: string;
  readonly statement?: Statement;
  /** What could not be judged. */
  readonly unknowns: readonly DecisionUnknown[];
}

/** Evaluates a request by one policy document alone. An explicit Deny wins. */
export const evaluatePolicy = (
  document: PolicyDocument | undefined,
  request: AccessRequest,
  kind: PolicyKind,
  organization?: OrganizationFacts,
): Evaluation =>
  evaluatePolicies(document === undefined ? [] : [{ kind, name: kind, document }], request, organization);

/**
 * Evaluates a request by several policies: one must allow, and none may deny. This judges one side of an access, such
 * as the policy of a resource. `authorize` judges the whole access. The result is `unknown` only if something that
 * could not be judged would change it.
 */
export function evaluatePolicies(
  policies: readonly AppliedPolicy[],
  request: AccessRequest,
  organization?: OrganizationFacts,
): Evaluation {
  const question = createQuestion(request, organization, false);
  const judged = policies.flatMap((policy) => judgePolicy(policy, question));
  const denials = judged.filter(({ statement }) => statement.Effect === 'Deny');
  const denial = denials.find(isSure);
  if (denial !== undefined) return decided('deny', denial);
  const allows = judged.filter(({ statement }) => statement.Effect === 'Allow');
  if (allows.length === 0) return { decision: 'none', unknowns: [] };
  const allowance = allows.find(isSure);
  if (allowance !== undefined && denials.length === 0) return decided('allow', allowance);
  const uncertain = allowance === undefined ? [...denials, ...allows] : denials;
  return { decision: 'unknown', unknowns: uncertain.flatMap(listUnknowns) };
}

const isSure = (judged: JudgedStatement): boolean => verdictOf(judged) === 'yes';

const decided = (decision: 'allow' | 'deny', { statement }: JudgedStatement): Evaluation => ({
  decision,
  statement,
  ...(statement.Sid === undefined ? {} : { sid: statement.Sid }),
  unknowns: [],
});
