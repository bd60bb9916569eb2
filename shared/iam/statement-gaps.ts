import { type Statement, toArray } from './document.ts';
import {
  compileStatement,
  type NarrowableStatement,
  type NarrowedStatement,
  type Sender,
} from './narrow-statement.ts';
import { createStatementFacts, reaches, type StatementFacts } from './widening.ts';

/** Requests that a statement allows, and that no other statement is proven to allow. */
export interface StatementGap {
  readonly sender: Sender;
  readonly action: string;
  readonly resource: string;
}

export interface GapsRequest {
  /** Statements whose requests must stay allowed. `findUnsupportedElement` of each is `undefined`. */
  readonly inner: readonly Statement[];
  /** Statements that may allow these requests. Statements that cannot be judged count as absent. */
  readonly outer: readonly Statement[];
  /** Everybody who may send requests. */
  readonly senders: readonly Sender[];
  /** The account of the resource. */
  readonly ownerId: string;
  /** The ARNs that the policy is about. */
  readonly arns: readonly string[];
}

/**
 * The requests of `inner` that `outer` does not provably allow. Empty only if `outer` allows every request of every
 * sender that `inner` allows, whatever the condition keys are that the senders do not fix. Pure.
 */
export function findStatementGaps({
  inner,
  outer,
  senders,
  ...policy
}: GapsRequest): readonly StatementGap[] {
  const wanted = inner.map((statement) => compileStatement(statement, policy));
  const given = outer.map((statement) => compileStatement(statement, policy));
  const findUnreached = createReachTest(policy.arns);
  return wanted.flatMap((statement) =>
    senders.flatMap((sender) => gapsOf(statement, given, sender, findUnreached)),
  );
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

/** The test of one part. Many senders have equal parts, so that each pair of parts is compared once. */
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
    .filter(({ strength }) => strength === 'full' || part.strength === 'partial')
    .map(({ statement }) => createStatementFacts(statement));
  return listAtoms(part.statement, arns)
    .filter(({ facts }) => !outer.some((each) => reaches(each, facts)))
    .map(({ action, resource }) => ({ action, resource }));
}

interface Atom extends Pick<StatementGap, 'action' | 'resource'> {
  readonly facts: StatementFacts;
}

/** One action on one resource each. The resource `*` stands for each ARN that the policy is about. */
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
