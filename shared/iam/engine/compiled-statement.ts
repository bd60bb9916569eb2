import { kindRules, type PolicyKind } from '../applied-policy.ts';
import { currentVersion, type OneOrMany, type PolicyDocument, type Statement, toArray } from '../document.ts';
import { createRequirements, meetsAll } from './conditions.ts';
import { type Grades, gradePrincipal, judgeNotPrincipal } from './principals.ts';
import type { Question } from './question.ts';
import { createResourceTest } from './resources.ts';
import { findMisplacedElement } from './statement-grammar.ts';
import { bothVerdicts, createUnknown, type Verdict } from './verdict.ts';
import { createMatcher, toTextTokens } from './wildcards.ts';

/** The result of testing one statement against a request. */
interface Answer {
  /** Whether the statement's principal matches the caller. One answer for each way to match. */
  readonly grades: Grades;
  /** Whether all elements of the statement except for the principal match. */
  readonly rest: Verdict;
}

/** A statement that is prepared once, for the kind of its policy, and then tested against many requests. */
export interface CompiledStatement {
  readonly statement: Statement;
  /** The position of the statement in its document. */
  readonly index: number;
  /** Whether the statement names the action. @param action in lower case */
  isAbout(action: string): boolean;
  /** Tests the statement against a request. `undefined` if the statement does not apply. */
  judge(question: Question): Answer | undefined;
}

/** The result for a statement without a principal: it matches every caller. */
const everyCaller: Grades = { session: 'yes', role: 'no', account: 'no' };

export const compileDocument = (document: PolicyDocument, kind: PolicyKind): readonly CompiledStatement[] =>
  document.Statement.map((statement, index) =>
    compile(statement, index, { kind, withVariables: document.Version === currentVersion }),
  );

function compile(
  statement: Statement,
  index: number,
  { kind, withVariables }: { readonly kind: PolicyKind; readonly withVariables: boolean },
): CompiledStatement {
  const misplaced = findMisplacedElement(statement, kind);
  const legal: Verdict = misplaced === undefined ? 'yes' : createUnknown('element', misplaced);
  const meansResource = createResourceTest(statement, withVariables, kindRules[kind]);
  const requirements = createRequirements(statement.Condition, withVariables);
  return {
    statement,
    index,
    isAbout: createActionTest(statement),
    judge: (question) => {
      const { context } = question;
      const grades = gradeCaller(statement, question);
      if (isNobody(grades)) return undefined;
      let rest = bothVerdicts(
        kind === 'endpoint' ? bothVerdicts(legal, judgeGateway(statement, question.action)) : legal,
        meansResource(question.request.resource, context),
      );
      if (rest !== 'no') rest = bothVerdicts(rest, meetsAll(requirements, context));
      return rest === 'no' ? undefined : { grades, rest };
    },
  };
}

/**
 * Whether a statement of a VPC endpoint policy can apply to requests through a gateway endpoint: "For gateway
 * endpoints, the Principal element must be set to *". S3 and DynamoDB have gateway and interface endpoints, so for
 * their actions the answer is unknown.
 */
function judgeGateway({ Principal }: Statement, action: string): Verdict {
  const isOpen = Principal === '*' || (Principal !== undefined && toArray(Principal.AWS ?? []).includes('*'));
  return isOpen || !/^(s3|dynamodb):/.test(action) ? 'yes' : createUnknown('element', 'Principal');
}

function gradeCaller({ Effect, Principal, NotPrincipal }: Statement, question: Question): Grades {
  const { principal, canonicalUser } = question.request;
  if (Principal !== undefined) return gradePrincipal(Principal, principal, canonicalUser);
  if (NotPrincipal === undefined) return everyCaller;
  const { hasBoundary } = question;
  const session = judgeNotPrincipal(NotPrincipal, principal, {
    effect: Effect,
    hasBoundary,
    canonicalUser,
  });
  return { ...everyCaller, session };
}

const isNobody = ({ session, role, account }: Grades): boolean =>
  session === 'no' && role === 'no' && account === 'no';

/** Actions are compared in any letter case. They contain no variables. */
function createActionTest({ Action, NotAction }: Statement): CompiledStatement['isAbout'] {
  if (Action !== undefined) return createListTest(Action);
  if (NotAction === undefined) return () => false;
  const isListed = createListTest(NotAction);
  return (action) => !isListed(action);
}

function createListTest(patterns: OneOrMany<string>): (action: string) => boolean {
  const matchers = toArray(patterns).map((text) => createMatcher(toTextTokens(text.toLowerCase())));
  return (action) => matchers.some((matcher) => matcher.matches(action));
}
