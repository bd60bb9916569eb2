import { covers, coversArn } from './covering.ts';
import type { Statement } from './document.ts';
import { type Fact, factsOf, noValue } from './facts.ts';

/** Whether a difference gives access that was not given before. `maybe` where it cannot be told from the text. */
export type Widening = 'yes' | 'maybe';

/** The facts, by key, through which access is gained. */
export type Gains = ReadonlyMap<string, Widening>;

/** What a change of one statement, of the same effect, gives. A statement that denies less gives access, too. */
export const wideningOf = (before: Statement, after: Statement): Gains =>
  after.Effect === 'Allow' ? reachGained(before, after) : reachGained(after, before);

/** Whether `outer` matches every request that `inner` matches. */
export const reaches = (outer: Statement, inner: Statement): boolean => reachGained(outer, inner).size === 0;

/** The facts of both by which `to` may match requests that `from` does not match. Looks at no effect. */
function reachGained(from: Statement, to: Statement): Gains {
  const [before, after] = [factsOf(from), factsOf(to)];
  return new Map([
    ...elements.flatMap((element) =>
      elementGains(element, partsOf(element, before), partsOf(element, after)),
    ),
    ...conditionGains(blocksOf(before), blocksOf(after)),
  ]);
}

interface Element {
  readonly name: string;
  /** Whether one value matches all that another one matches. */
  covers(outer: Fact, inner: Fact): boolean;
}

const everyone = (fact: Fact): boolean => fact.value === '*' && /Principal(\.AWS)?$/.test(fact.element);

const elements: readonly Element[] = [
  {
    name: 'Principal',
    // `"*"` and `{"AWS": "*"}` are not alike for every service, so neither covers the other.
    covers: (outer, inner) => everyone(outer) && /Principal\.AWS$/.test(inner.element) && inner.value !== '*',
  },
  { name: 'Action', covers: (outer, inner) => covers(outer.value, inner.value) },
  { name: 'Resource', covers: (outer, inner) => coversArn(outer.value, inner.value) },
];

interface Parts {
  readonly listed: readonly Fact[];
  /** Of the element that begins with `Not`. */
  readonly excluded: readonly Fact[];
}

const partsOf = ({ name }: Element, facts: readonly Fact[]): Parts => ({
  listed: facts.filter(isOf(name)),
  excluded: facts.filter(isOf(`Not${name}`)),
});

/** `Principal` and `Principal.AWS` are facts of the element `Principal`. */
const isOf =
  (name: string) =>
  ({ element }: Fact): boolean =>
    element.startsWith(name) && (element.length === name.length || element[name.length] === '.');

type Gain = readonly [key: string, widening: Widening];

const gain =
  (widening: Widening) =>
  ({ key }: Fact): Gain => [key, widening];

function elementGains(element: Element, from: Parts, to: Parts): readonly Gain[] {
  const [had, has] = [from, to].map(({ listed, excluded }) => listed.length + excluded.length > 0);
  // An absent element matches everything.
  if (!had) return [];
  if (!has) return [...from.listed, ...from.excluded].map(gain('yes'));
  if (from.listed.length > 0 && to.listed.length > 0) return beyond(element, to.listed, from.listed);
  if (from.excluded.length > 0 && to.excluded.length > 0) return beyond(element, from.excluded, to.excluded);
  if (to.excluded.length > 0)
    return to.excluded.some(({ value }) => value === '*') ? [] : to.excluded.map(gain('yes'));
  return to.listed.flatMap((fact) => gainOfListed(element, fact, from.excluded));
}

/** Where all but some values matched before, and now only those that are listed do. */
function gainOfListed(element: Element, fact: Fact, excluded: readonly Fact[]): readonly Gain[] {
  if (excluded.some((each) => isSame(each, fact) || element.covers(each, fact))) return [gain('yes')(fact)];
  return /[*?$]/.test(fact.value) ? [gain('maybe')(fact)] : [];
}

const isSame = (one: Fact, other: Fact): boolean =>
  one.value === other.value && one.element.replace(/^Not/, '') === other.element.replace(/^Not/, '');

/** The facts that are not among the others, and not covered by one of them. */
function beyond(
  { covers: isCovered }: Pick<Element, 'covers'>,
  facts: readonly Fact[],
  others: readonly Fact[],
) {
  const wide = others.filter(({ value }) => /[*?]/.test(value));
  return without(facts, others)
    .filter(({ value }) => value !== noValue)
    .filter((fact) => !wide.some((other) => isCovered(other, fact)))
    .map(gain('yes'));
}

/** The values of one condition key under one operator; all blocks of a statement must hold. */
interface Block {
  readonly operator: string;
  readonly key: string;
  readonly facts: readonly Fact[];
}

function blocksOf(facts: readonly Fact[]): readonly Block[] {
  const conditions = facts.flatMap((fact) =>
    fact.condition === undefined ? [] : [{ ...fact.condition, fact }],
  );
  const blocks = Map.groupBy(conditions, ({ operator, key }) => JSON.stringify([operator, key]));
  return [...blocks.values()].flatMap((block) =>
    block.slice(0, 1).map(({ operator, key }) => ({ operator, key, facts: block.map(({ fact }) => fact) })),
  );
}

const isLike = (one: Block) => (other: Block) => one.operator === other.operator && one.key === other.key;

function conditionGains(from: readonly Block[], to: readonly Block[]): readonly Gain[] {
  const added = to.filter((block) => !from.some(isLike(block)));
  return from.flatMap((block) => {
    const same = to.find(isLike(block));
    if (same !== undefined) return valueGains(block, same);
    const others = added.filter(({ key }) => key.toLowerCase() === block.key.toLowerCase());
    return others.length === 0
      ? block.facts.map(gain('yes'))
      : others.flatMap((other) => operatorGains(block, other));
  });
}

/** The same key under another operator: only a few changes can be judged without knowing the requests. */
function operatorGains(from: Block, to: Block): readonly Gain[] {
  const sameValues = valuesText(from) === valuesText(to);
  if (sameValues && from.operator === `${to.operator}IfExists`) return [];
  const isWider = to.operator === `${from.operator}IfExists`;
  return [...from.facts, ...to.facts].map(gain(isWider ? 'yes' : 'maybe'));
}

const valuesText = ({ facts }: Block): string => JSON.stringify(facts.map(({ value }) => value).sort());

/** One key under one operator, with other values. */
function valueGains(from: Block, to: Block): readonly Gain[] {
  const base = from.operator.replace(/^For(All|Any)Values?:/i, '').replace(/IfExists$/i, '');
  const covered = { covers: coveringOf(base) };
  if (/^(String|Arn)Not|^NotIpAddress$/i.test(base)) return beyond(covered, from.facts, to.facts);
  if (/^(String|Arn|Bool|Binary|IpAddress$)/i.test(base)) return beyond(covered, to.facts, from.facts);
  return changedFacts(from.facts, to.facts).map(gain('maybe'));
}

/** Only these operators know wildcards ("IAM JSON policy elements: Condition operators"). */
function coveringOf(base: string): Element['covers'] {
  if (/^String(Not)?Like$/i.test(base)) return (outer, inner) => covers(outer.value, inner.value);
  if (/^Arn/i.test(base)) return (outer, inner) => coversArn(outer.value, inner.value);
  return () => false;
}

const changedFacts = (from: readonly Fact[], to: readonly Fact[]): readonly Fact[] => [
  ...without(from, to),
  ...without(to, from),
];

function without(facts: readonly Fact[], others: readonly Fact[]): readonly Fact[] {
  const known = new Set(others.map(({ key }) => key));
  return facts.filter(({ key }) => !known.has(key));
}
