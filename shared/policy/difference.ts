import {
  type Conditions,
  defaultVersion,
  many,
  type OneOrMany,
  type PolicyDocument,
  type Principal,
  principalMap,
  type Statement,
} from './document.ts';
import { meaning } from './equality.ts';
import { canonicalAccount, keyNaming } from './normalise.ts';

export interface DifferenceLine {
  /** A blank marks what stays, shown for orientation. */
  readonly sign: '+' | '-' | ' ';
  readonly text: string;
}

export interface StatementDifference {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly sid?: string;
  /** The Sid, or a short description such as `Allow s3:GetObject`. */
  readonly label: string;
  readonly lines: readonly DifferenceLine[];
}

/**
 * What a person should know of the step from one document to the other: differences of meaning, none for another
 * order or spelling. Statements are matched by Sid, those without one by equality. A changed `Version` or `Id` of
 * an existing document is one difference of its own, labelled `Policy`, so that the result is empty exactly if
 * the two documents mean the same (or one is absent and the other has no statements).
 */
export function policyDifference(
  before: PolicyDocument | undefined,
  after: PolicyDocument | undefined,
): readonly StatementDifference[] {
  const old = byMeaning(before);
  const next = byMeaning(after);
  const removed = [...old].filter(([key]) => !next.has(key)).map(([, statement]) => statement);
  const added = [...next].filter(([key]) => !old.has(key)).map(([, statement]) => statement);
  return [...headDifference(before, after), ...statementDifferences(removed, added)];
}

/** The differences as plain text: `+`, `-` or `~` and the label, then the lines. Empty for none. */
export const formatDifference = (differences: readonly StatementDifference[]): string =>
  differences
    .flatMap(({ kind, label, lines }) => [
      `${signs[kind]} ${label}`,
      ...lines.map(({ sign, text }) => `    ${sign} ${text}`),
    ])
    .join('\n');

const signs = { added: '+', removed: '-', changed: '~' } as const;

const byMeaning = (document: PolicyDocument | undefined): ReadonlyMap<string, Statement> =>
  new Map((document?.Statement ?? []).map((statement) => [meaning(statement), statement]));

function statementDifferences(
  removed: readonly Statement[],
  added: readonly Statement[],
): readonly StatementDifference[] {
  const unmatched = [...added];
  const gone = removed.map((old) => {
    const index = unmatched.findIndex(({ Sid }) => Sid === old.Sid && (Sid ?? '') !== '');
    const [next] = index < 0 ? [] : unmatched.splice(index, 1);
    return next === undefined ? whole('removed', '-', old) : changed(old, next);
  });
  return [...gone, ...unmatched.map((next) => whole('added', '+', next))];
}

const whole = (kind: 'added' | 'removed', sign: '+' | '-', statement: Statement): StatementDifference => ({
  kind,
  ...named(statement),
  lines: [...facts(statement).values()].map((text) => ({ sign, text })),
});

const changed = (old: Statement, next: Statement): StatementDifference => ({
  kind: 'changed',
  ...named(next),
  lines: [{ sign: ' ', text: describe(next) }, ...changedLines(facts(old), facts(next))],
});

const changedLines = (
  old: ReadonlyMap<string, string>,
  next: ReadonlyMap<string, string>,
): DifferenceLine[] => [
  ...[...old].filter(([key]) => !next.has(key)).map(([, text]) => ({ sign: '-' as const, text })),
  ...[...next].filter(([key]) => !old.has(key)).map(([, text]) => ({ sign: '+' as const, text })),
];

function headDifference(before: PolicyDocument | undefined, after: PolicyDocument | undefined) {
  if (before === undefined || after === undefined) return [];
  const lines = changedLines(headFacts(before), headFacts(after));
  return lines.length === 0 ? [] : [{ kind: 'changed' as const, label: 'Policy', lines }];
}

const headFacts = ({ Version = defaultVersion, Id }: PolicyDocument): ReadonlyMap<string, string> =>
  new Map([fact(['Version'], Version), ...(Id === undefined ? [] : [fact(['Id'], Id)])]);

const named = (statement: Statement) =>
  statement.Sid === undefined
    ? { label: describe(statement) }
    : { sid: statement.Sid, label: statement.Sid || describe(statement) };

/** `Allow s3:GetObject and 2 more` */
function describe({ Effect, Action, NotAction }: Statement): string {
  const [first = 'nothing', ...others] = many(Action ?? NotAction ?? []);
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${Effect} ${Action === undefined ? 'all but ' : ''}${first}${more}`;
}

/** The key says what the fact means, the text how it is spelled. */
type Fact = readonly [key: string, text: string];
type Path = readonly string[];

/** A statement as a set of single facts: two statements of one Sid mean the same exactly if their keys are. */
const facts = (statement: Statement): ReadonlyMap<string, string> =>
  new Map([
    fact(['Effect'], statement.Effect),
    ...principalFacts('Principal', statement.Principal),
    ...principalFacts('NotPrincipal', statement.NotPrincipal),
    ...listFacts(['Action'], statement.Action, (action) => action.toLowerCase()),
    ...listFacts(['NotAction'], statement.NotAction, (action) => action.toLowerCase()),
    ...listFacts(['Resource'], statement.Resource),
    ...listFacts(['NotResource'], statement.NotResource),
    ...conditionFacts(statement.Condition ?? {}),
  ]);

function principalFacts(name: string, principal: Principal | undefined): readonly Fact[] {
  if (principal === undefined) return [];
  if (principal === '*') return [fact([name], '*')];
  const types = Object.entries(principalMap(principal));
  if (types.length === 0) return [fact([name], '(nobody)')];
  return types.flatMap(([type, values]) =>
    listFacts([`${name}.${type}`], type === 'AWS' ? many(values).map(canonicalAccount) : values),
  );
}

const conditionFacts = (conditions: Conditions): readonly Fact[] =>
  Object.entries(conditions).flatMap(([operator, block]) => {
    const keyName = keyNaming(Object.keys(block));
    return Object.entries(block).flatMap(([key, values]) =>
      orNone(many(values).map(String)).map(
        (value): Fact => [
          JSON.stringify(['Condition', operator, keyName(key), value]),
          `Condition ${operator} ${key} ${value}`,
        ],
      ),
    );
  });

function listFacts(
  path: Path,
  values: OneOrMany<string> | undefined,
  meaningOf: (value: string) => string = (value) => value,
): readonly Fact[] {
  if (values === undefined) return [];
  return orNone(many(values)).map((value) => fact(path, value, meaningOf(value)));
}

/** An empty list is a fact too: it matches nothing, where an absent element matches everything. */
const orNone = (values: readonly string[]): readonly string[] => (values.length === 0 ? ['(none)'] : values);

const fact = (path: Path, value: string, means = value): Fact => [
  JSON.stringify([...path, means]),
  [...path, value].join(' '),
];
