import { type Statement, toArray } from './document.ts';
import {
  compileStatement,
  type NarrowableStatement,
  type NarrowedStatement,
  type Sender,
} from './narrow-statement.ts';
import { createStatementFacts, reaches, type StatementFacts } from './widening.ts';

/** Requests that a statement allows, and for which it is not proven that another statement allows them. */
export interface StatementGap {
  readonly sender: Sender;
  readonly action: string;
  readonly resource: string;
}

export interface GapsRequest {
  /** The statements whose requests must stay allowed. `findUnsupportedElement` must return `undefined` for each. */
  readonly inner: readonly Statement[];
  /** The statements that may allow these requests instead. Those whose meaning cannot be derived are ignored. */
  readonly outer: readonly Statement[];
  /** Everybody who may send requests. */
  readonly senders: readonly Sender[];
  /** The account of the resource. */
  readonly ownerId: string;
  /** The ARNs to which the policy gives access. */
  readonly arns: readonly string[];
}

/**
 * Finds requests that `inner` allows and for which it is not proven that `outer` allows them. The result is empty only
 * if `outer` allows each of these requests, whatever values the other condition keys have. Pure.
 */
export const findStatementGaps = (request: GapsRequest): readonly StatementGap[] => [...iterateGaps(request)];

/** Whether there is a gap. Stops at the first one. */
export const hasStatementGap = (request: GapsRequest): boolean => iterateGaps(request).next().done !== true;

function* iterateGaps({ inner, outer, senders, ...policy }: GapsRequest): Generator<StatementGap, void> {
  const given = outer.map((statement) => compileStatement(statement, policy));
  const findUnreached = createReachTest(policy.arns);
  for (const statement of inner.map((each) => compileStatement(each, policy)))
    for (const sender of senders) yield* gapsOf(statement, given, sender, findUnreached);
}

type ReachTest = (
  part: NarrowedStatement,
  given: readonly NarrowedStatement[],
) => readonly Pick<StatementGap, 'action' | 'resource'>[];

function gapsOf(
  statement: NarrowableStatement,
  given: readonly NarrowableStatement[],
  sender: Sender,
  findUnreached: ReachTest,
): readonly StatementGap[] {
  const parts = statement.narrow(sender);
  if (parts.length === 0) return [];
  const available = given.flatMap((each) => each.narrow(sender));
  return parts.flatMap((part) => findUnreached(part, available).map((gap) => ({ sender, ...gap })));
}

/** Tests one part of a statement. Many senders have the same parts, so each pair of parts is compared only once. */
function createReachTest(arns: readonly string[]): ReachTest {
  const numbers = new Map<NarrowedStatement, number>();
  const numberOf = (part: NarrowedStatement): number => {
    const number = numbers.get(part) ?? numbers.size;
    numbers.set(part, number);
    return number;
  };
  const answers = new Map<string, ReturnType<ReachTest>>();
  return (part, given) => {
    const key = `${numberOf(part)}:${given.map(numberOf).join()}`;
    const answer = answers.get(key) ?? listUnreached(part, given, arns);
    answers.set(key, answer);
    return answer;
  };
}

function listUnreached(
  part: NarrowedStatement,
  given: readonly NarrowedStatement[],
  arns: readonly string[],
): ReturnType<ReachTest> {
  const outer = given
    .filter(({ strength }) => strength >= part.strength)
    .map(({ statement }) => createStatementFacts(statement));
  return listAtoms(part.statement, arns)
    .filter(({ facts }) => !outer.some((each) => reaches(each, facts)))
    .map(({ action, resource }) => ({ action, resource }));
}

interface Atom extends Pick<StatementGap, 'action' | 'resource'> {
  readonly facts: StatementFacts;
}

/**
 * Splits a statement into single actions on single resources. The resource `*` is replaced by each ARN to which the
 * policy gives access.
 */
const listAtoms = (
  { Action = [], Resource = [], ...others }: Statement,
  arns: readonly string[],
): readonly Atom[] =>
  toArray(Action).flatMap((action) =>
    toArray(Resource)
      .flatMap((each) => (each === '*' ? arns : [each]))
      .map((resource) => ({
        action,
        resource,
        facts: createStatementFacts({ ...others, Action: action, Resource: resource }),
      })),
  );
