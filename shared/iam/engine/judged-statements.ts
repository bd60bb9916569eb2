import { memoizeByObject, memoizeByString } from '../../platform/memoize.ts';
import type { AppliedPolicy, PolicyKind } from '../applied-policy.ts';
import type { PolicyDocument, Statement } from '../document.ts';
import { type CompiledStatement, compileDocument } from './compiled-statement.ts';
import { type Grade, grades } from './principals.ts';
import type { Question } from './question.ts';
import { bothVerdicts, someVerdict, type Verdict } from './verdict.ts';

/** A statement that applies to a request, or that may apply. */
export interface JudgedStatement {
  readonly policy: AppliedPolicy;
  readonly statement: Statement;
  readonly index: number;
  /** Whether the statement applies, if only these ways to match the caller count. */
  verdictFor(among: readonly Grade[]): Verdict;
}

/** The statements of a policy that apply to a request or may apply. */
export function judgePolicy(policy: AppliedPolicy, question: Question): readonly JudgedStatement[] {
  const judgedStatements: JudgedStatement[] = [];
  for (const { statement, index, judge } of statementsAbout(policy.document)(policy.kind)(question.action)) {
    const answer = judge(question);
    if (answer === undefined) continue;
    judgedStatements.push({
      policy,
      statement,
      index,
      verdictFor: (among) =>
        bothVerdicts(
          someVerdict(among, (grade) => answer.grades[grade]),
          answer.rest,
        ),
    });
  }
  return judgedStatements;
}

/** Whether the statement applies in any way to match the caller. */
export const verdictOf = (judged: JudgedStatement): Verdict => judged.verdictFor(grades);

type StatementsAbout = (action: string) => readonly CompiledStatement[];

/**
 * The statements of a document that name an action. Cached, because one document is evaluated often, and for few
 * actions.
 */
const statementsAbout = memoizeByObject(
  (document: PolicyDocument): ((kind: PolicyKind) => StatementsAbout) => {
    const statementsByKind = new Map<PolicyKind, StatementsAbout>();
    return (kind) => {
      const cachedStatements = statementsByKind.get(kind);
      if (cachedStatements !== undefined) return cachedStatements;
      const compiled = compileDocument(document, kind);
      const about = memoizeByString(50, (action) => compiled.filter((each) => each.isAbout(action)));
      statementsByKind.set(kind, about);
      return about;
    };
  },
);
