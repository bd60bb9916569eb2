import type { PolicyDocument, Statement } from './document.ts';
import { canonicalKey } from './equality.ts';
import { getFactKeys, getHeadFacts } from './facts.ts';
import { formatActionPrefix, labelStatement, listActions } from './statement-label.ts';
import {
  createStatementFacts,
  findGains,
  type Gains,
  reaches,
  type StatementFacts,
  type Widening,
} from './widening.ts';

export interface DifferenceLine {
  /** A blank stands for an unchanged line, which is printed as context. */
  readonly sign: '+' | '-' | ' ';
  readonly text: string;
  /** Present if this line gives access that the earlier document did not give. */
  readonly widens?: Widening;
}

export interface StatementDifference {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly sid?: string;
  /** The Sid, or a short description such as `Allow s3:GetObject`. */
  readonly label: string;
  /** Present if this difference gives access that the earlier document did not give. */
  readonly widens?: Widening;
  /** Lines that widen access come first. */
  readonly lines: readonly DifferenceLine[];
}

/**
 * What has changed between two documents, for an operator. Another order or spelling is no difference. Statements with
 * the same Sid belong together. Statements without a Sid belong together if they are equal, or else if their effects
 * and actions are similar. A changed `Version` or `Id` is a difference of its own, with the label `Policy`.
 *
 * The result is empty if both documents mean the same, or if one is absent and the other has no statements. Otherwise
 * it is not empty. Differences that widen access come first.
 */
export function diffPolicies(
  before: PolicyDocument | undefined,
  after: PolicyDocument | undefined,
): readonly StatementDifference[] {
  const old = byMeaning(before);
  const next = byMeaning(after);
  const step = {
    before: [...old.values()],
    after: [...next.values()],
    removed: [...old].filter(([key]) => !next.has(key)).map(([, statement]) => statement),
    added: [...next].filter(([key]) => !old.has(key)).map(([, statement]) => statement),
    factsOf: readOnce(),
  };
  return sortWideningFirst([...headDifference(before, after), ...statementDifferences(step)]);
}

/** Splitting statements into facts needs much memory. So the facts are cached only during one comparison. */
function readOnce(): ComparisonStep['factsOf'] {
  const factsByStatement = new Map<Statement, StatementFacts>();
  return (statement) => {
    const facts = factsByStatement.get(statement) ?? createStatementFacts(statement);
    factsByStatement.set(statement, facts);
    return facts;
  };
}

/**
 * Puts differences that widen access first, then those that may widen it, then all others. Within each group, the order
 * stays.
 */
export const sortWideningFirst = <Item extends { readonly widens?: Widening }>(
  items: readonly Item[],
): readonly Item[] => items.toSorted((a, b) => rankOf(a) - rankOf(b));

const rankOf = ({ widens }: { readonly widens?: Widening }): number =>
  widens === undefined ? 2 : ['yes', 'maybe'].indexOf(widens);

const byMeaning = (document: PolicyDocument | undefined): ReadonlyMap<string, Statement> =>
  new Map((document?.Statement ?? []).map((statement) => [canonicalKey(statement), statement]));

interface ComparisonStep {
  /**
   * All statements of the earlier and the later document (`before`, `after`), and the statements that only one of them
   * has (`removed`, `added`).
   */
  readonly before: readonly Statement[];
  readonly after: readonly Statement[];
  readonly removed: readonly Statement[];
  readonly added: readonly Statement[];
  /** Reads each statement once. */
  factsOf(statement: Statement): StatementFacts;
}

function statementDifferences(step: ComparisonStep): readonly StatementDifference[] {
  const unmatched = [...step.added];
  const withSid = step.removed.map((old) => ({ old, next: taken(unmatched, hasSidOf(old)) }));
  const pairs = withSid.map(({ old, next }) => ({ old, next: next ?? taken(unmatched, isLikely(old)) }));
  const gone = pairs.map(({ old, next }) =>
    next === undefined ? whole('removed', old, step) : changed(old, next, step),
  );
  return [...gone, ...unmatched.map((next) => whole('added', next, step))];
}

/** Removes the first statement that fits from the list, and returns it. */
function taken(statements: Statement[], fits: (statement: Statement) => boolean): Statement | undefined {
  const index = statements.findIndex(fits);
  return index < 0 ? undefined : statements.splice(index, 1)[0];
}

const hasSidOf =
  (old: Statement) =>
  ({ Sid }: Statement): boolean =>
    Sid === old.Sid && !isNameless(old);

const isNameless = ({ Sid }: Statement): boolean => (Sid ?? '') === '';

/**
 * Whether a statement without a Sid is probably an edited version of the old one: both have the same effect and at
 * least one action in common.
 */
function isLikely(old: Statement): (statement: Statement) => boolean {
  const actions = new Set(listActions(old).map((action) => action.toLowerCase()));
  return (next) =>
    isNameless(old) &&
    isNameless(next) &&
    next.Effect === old.Effect &&
    listActions(next).some((action) => actions.has(action.toLowerCase()));
}

/**
 * A statement that was added or removed as a whole. An added Allow and a removed Deny widen access, unless another
 * statement has the same effect.
 */
function whole(kind: 'added' | 'removed', statement: Statement, step: ComparisonStep): StatementDifference {
  const sign = kind === 'added' ? '+' : '-';
  const gives = statement.Effect === (kind === 'added' ? 'Allow' : 'Deny');
  return {
    kind,
    ...named(statement),
    ...(gives && !isCovered(statement, step) ? { widens: 'yes' } : {}),
    lines: step.factsOf(statement).facts.map(({ text }) => ({ sign, text })),
  };
}

/**
 * Whether the added or removed statement makes no difference, because another statement already allowed the same, or
 * still denies the same.
 */
function isCovered(statement: Statement, { before, after, factsOf }: ComparisonStep): boolean {
  const others = statement.Effect === 'Allow' ? before : after;
  const facts = factsOf(statement);
  return others.some((other) => other.Effect === statement.Effect && reaches(factsOf(other), facts));
}

function changed(old: Statement, next: Statement, step: ComparisonStep): StatementDifference {
  const [before, after] = [step.factsOf(old), step.factsOf(next)];
  const lines = changedLines(before, after, gainsOf(old, next, step));
  const context = { sign: ' ' as const, text: `${next.Effect} ${actionsText(next)}` };
  return { kind: 'changed', ...named(next), ...widest(lines), lines: [context, ...lines] };
}

function gainsOf(old: Statement, next: Statement, step: ComparisonStep): Gains {
  if (old.Effect === next.Effect) {
    const giving = next.Effect === 'Allow' ? next : old;
    const gains = findGains(step.factsOf(old), step.factsOf(next));
    return gains.size > 0 && isCovered(giving, step) ? new Map() : gains;
  }
  const effects = next.Effect === 'Allow' ? [...step.factsOf(old).facts, ...step.factsOf(next).facts] : [];
  return new Map(effects.filter(({ element }) => element === 'Effect').map(({ key }) => [key, 'yes']));
}

const widest = (lines: readonly DifferenceLine[]): { readonly widens?: Widening } => {
  const [first] = sortWideningFirst(lines);
  return first?.widens === undefined ? {} : { widens: first.widens };
};

type Facts = Pick<StatementFacts, 'facts' | 'keys'>;

function changedLines(old: Facts, next: Facts, gains: Gains): readonly DifferenceLine[] {
  return sortWideningFirst([...linesOf('-', old, next, gains), ...linesOf('+', next, old, gains)]);
}

/** The facts of one statement that the other does not have. Facts with the same meaning appear once. */
function linesOf(sign: '+' | '-', { facts }: Facts, { keys: otherKeys }: Facts, gains: Gains) {
  const own = new Map(facts.filter(({ key }) => !otherKeys.has(key)).map((fact) => [fact.key, fact]));
  return [...own.values()].map(({ key, text }): DifferenceLine => {
    const widens = gains.get(key);
    return { sign, text, ...(widens === undefined ? {} : { widens }) };
  });
}

const headOf = (document: PolicyDocument): Facts => {
  const facts = getHeadFacts(document);
  return { facts, keys: getFactKeys(facts) };
};

function headDifference(before: PolicyDocument | undefined, after: PolicyDocument | undefined) {
  if (before === undefined || after === undefined) return [];
  const [old, next] = [headOf(before), headOf(after)];
  // `Version` decides what `${…}` means, so another version may widen any statement. `Id` has no effect on access.
  const versions = [...old.facts, ...next.facts].filter(({ element }) => element === 'Version');
  const lines = changedLines(old, next, new Map(versions.map(({ key }) => [key, 'maybe'])));
  return lines.length === 0 ? [] : [{ kind: 'changed' as const, label: 'Policy', ...widest(lines), lines }];
}

const named = (statement: Statement) => ({
  ...(statement.Sid === undefined ? {} : { sid: statement.Sid }),
  label: labelStatement(statement),
});

const actionsText = (statement: Statement): string =>
  `${formatActionPrefix(statement)}${listActions(statement).join(', ') || 'nothing'}`;
