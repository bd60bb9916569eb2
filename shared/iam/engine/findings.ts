import type { PolicyKind } from '../applied-policy.ts';
import { type JudgedStatement, verdictOf } from './judged-statements.ts';
import type { Grade } from './principals.ts';
import { createUnknown, type UnknownPart, type UnknownVerdict } from './verdict.ts';

/** A part of a policy that could not be judged, with its statement and policy. */
export interface DecisionUnknown extends UnknownPart {
  readonly policy: string;
  readonly sid?: string;
}

/** Whether certain policies allow a request, and why. */
export type Finding =
  | {
      readonly outcome: 'yes';
      readonly statements: readonly JudgedStatement[];
      /** Reasons for which the request is allowed although no statement allows it, such as a KMS grant. */
      readonly reasons: readonly string[];
    }
  | { readonly outcome: 'no'; readonly reasons: readonly string[] }
  | {
      readonly outcome: 'unknown';
      readonly statements: readonly JudgedStatement[];
      readonly unknowns: readonly DecisionUnknown[];
    };

export const yes: Finding = { outcome: 'yes', statements: [], reasons: [] };

/** A result that allows the request for a reason that is no statement. */
export const allowedBy = (reason: string): Finding => ({ ...yes, reasons: [reason] });

export const no = (reason: string): Finding => ({ outcome: 'no', reasons: [reason] });

/** A result for something unknown that is no statement. */
export const unknownFinding = ({ unknown }: UnknownVerdict, policy: string): Finding => ({
  outcome: 'unknown',
  statements: [],
  unknowns: unknown.map((part) => ({ ...part, policy })),
});

export const unreadPolicy = (kind: PolicyKind): Finding =>
  unknownFinding(createUnknown('policy', kind), kind);

/** Allows if every part allows. Evaluation stops at the first part that does not allow. */
export function allOf(parts: readonly (() => Finding)[]): Finding {
  let found: Finding = yes;
  for (const part of parts) {
    const next = part();
    if (next.outcome === 'no') return next;
    found = both(found, next);
  }
  return found;
}

type Allowing = Exclude<Finding, { outcome: 'no' }>;

function both(one: Finding, other: Allowing): Finding {
  if (one.outcome === 'no') return one;
  if (one.outcome === 'yes' && other.outcome === 'yes')
    return {
      outcome: 'yes',
      statements: [...one.statements, ...other.statements],
      reasons: [...one.reasons, ...other.reasons],
    };
  if (one.outcome === 'yes') return other;
  return other.outcome === 'yes' ? one : join(one, other);
}

type Unknown = Extract<Finding, { outcome: 'unknown' }>;

const join = (one: Unknown, other: Unknown): Unknown => ({
  outcome: 'unknown',
  statements: [...one.statements, ...other.statements],
  unknowns: [...one.unknowns, ...other.unknowns],
});

/** Allows if one part allows. Evaluation stops at the first part that allows. */
export function anyOf(parts: readonly (() => Finding)[]): Finding {
  let unknown: Unknown | undefined;
  const reasons: string[] = [];
  for (const part of parts) {
    const next = part();
    if (next.outcome === 'yes') return next;
    if (next.outcome === 'no') reasons.push(...next.reasons);
    else unknown = unknown === undefined ? next : join(unknown, next);
  }
  return unknown ?? { outcome: 'no', reasons: [...new Set(reasons)] };
}

/** Whether one of the statements applies to the request. Only the given ways to match the caller count. */
export function findAmong(
  statements: readonly JudgedStatement[],
  among: readonly Grade[],
  reason: () => string,
): Finding {
  let unknown: Unknown | undefined;
  for (const judged of statements) {
    const verdict = judged.verdictFor(among);
    if (verdict === 'yes') return { outcome: 'yes', statements: [judged], reasons: [] };
    if (verdict !== 'no') {
      const next = toUnknown(judged, verdict);
      unknown = unknown === undefined ? next : join(unknown, next);
    }
  }
  return unknown ?? no(reason());
}

const toUnknown = (judged: JudgedStatement, verdict: UnknownVerdict): Unknown => ({
  outcome: 'unknown',
  statements: [judged],
  unknowns: toDecisionUnknowns(judged, verdict),
});

const toDecisionUnknowns = (
  { policy, statement: { Sid } }: JudgedStatement,
  { unknown }: UnknownVerdict,
): readonly DecisionUnknown[] =>
  unknown.map((part) => ({ ...part, policy: policy.name, ...(Sid === undefined ? {} : { sid: Sid }) }));

/** Everything in a statement that could not be judged. */
export function listUnknowns(judged: JudgedStatement): readonly DecisionUnknown[] {
  const verdict = verdictOf(judged);
  return typeof verdict === 'string' ? [] : toDecisionUnknowns(judged, verdict);
}
