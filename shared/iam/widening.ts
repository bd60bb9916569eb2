import { covers, coversArn, coversResource } from './coverage.ts';
import type { Statement } from './document.ts';
import { type Fact, getFactKeys, noValue, toFacts } from './facts.ts';

/**
 * Whether a difference gives access that the earlier document did not give. `maybe` if the documents alone do not tell.
 */
export type Widening = 'yes' | 'maybe';

/** The facts that give new access, by their keys. */
export type Gains = ReadonlyMap<string, Widening>;

/** A statement split into facts, prepared once for many comparisons. */
export interface StatementFacts {
  readonly statement: Statement;
  readonly facts: readonly Fact[];
  readonly keys: ReadonlySet<string>;
  /** In the order of `elements`. */
  readonly parts: readonly Parts[];
  readonly blocks: readonly Block[];
}

export function createStatementFacts(statement: Statement): StatementFacts {
  const facts = toFacts(statement);
  const keys = getFactKeys(facts);
  const byElement = Map.groupBy(facts, ({ element }) => element);
  return {
    statement,
    facts,
    keys,
    parts: elements.map((element) => ({ ...partsOf(element, byElement), keys })),
    blocks: blocksOf(byElement.get('Condition') ?? []).map((block) => ({ ...block, keys })),
  };
}

/**
 * The facts by which a changed statement gives more access than before. Its effect must be the same. A Deny that denies
 * less gives access, too.
 */
export const findGains = (before: StatementFacts, after: StatementFacts): Gains =>
  after.statement.Effect === 'Allow' ? reachGained(before, after) : reachGained(after, before);

/** Whether `outer` applies to every request to which `inner` applies. */
export const reaches = (outer: StatementFacts, inner: StatementFacts): boolean =>
  elements.every((element, index) => gainsOfElement(element, index, outer, inner).length === 0) &&
  conditionGains(outer.blocks, inner.blocks).length === 0;

/** The facts by which `to` may apply to requests to which `from` does not apply. The effect is ignored. */
const reachGained = (from: StatementFacts, to: StatementFacts): Gains =>
  new Map([
    ...elements.flatMap((element, index) => gainsOfElement(element, index, from, to)),
    ...conditionGains(from.blocks, to.blocks),
  ]);

interface Element {
  readonly name: string;
  /** Whether the value `outer` matches everything that the value `inner` matches. */
  covers(outer: Fact, inner: Fact): boolean;
  /**
   * Whether a value under `Not…` excludes at least a part of what a listed value matches. Default: only if it covers
   * the listed value.
   */
  excludes?(excluded: Fact, listed: Fact): boolean;
}

const everyone = (fact: Fact): boolean => fact.value === '*' && /Principal(\.AWS|\.\*)?$/.test(fact.element);

/** The account of a principal: an account id, or the account in an ARN. */
const accountOf = ({ element, value }: Fact): string | undefined =>
  element.endsWith('Principal.AWS') ? (/^\d{12}$/.test(value) ? value : value.split(':')[4]) : undefined;

const isNamed = (account: string | undefined): boolean => account !== undefined && account !== '';

const elements: readonly Element[] = [
  {
    name: 'Principal',
    // `"*"` and `{"AWS": "*"}` do not cover each other, because services may treat them differently.
    covers: (outer, inner) => everyone(outer) && /Principal\.AWS$/.test(inner.element) && inner.value !== '*',
    // A NotPrincipal with an account excludes all roles of the account. A NotPrincipal with a role excludes only this
    // principal of the account.
    excludes: (excluded, listed) =>
      (/^NotPrincipal(\.\*)?$/.test(excluded.element) && excluded.value === '*') ||
      (isNamed(accountOf(excluded)) && accountOf(excluded) === accountOf(listed)),
  },
  { name: 'Action', covers: (outer, inner) => covers(outer.value, inner.value) },
  { name: 'Resource', covers: (outer, inner) => coversResource(outer.value, inner.value) },
];

interface Parts extends Keyed {
  readonly listed: readonly Fact[];
  /** The values of the element with `Not`, such as `NotAction`. */
  readonly excluded: readonly Fact[];
}

/**
 * The keys of all facts of one part of a statement. Keys contain the element, so facts of different parts have
 * different keys.
 */
interface Keyed {
  readonly keys: ReadonlySet<string>;
}

type FactsByElement = ReadonlyMap<string, readonly Fact[]>;

const partsOf = ({ name }: Element, byElement: FactsByElement): Omit<Parts, 'keys'> => ({
  listed: factsNamed(name, byElement),
  excluded: factsNamed(`Not${name}`, byElement),
});

/** The facts of `Principal` include the facts of `Principal.AWS`. */
const factsNamed = (name: string, byElement: FactsByElement): readonly Fact[] =>
  [...byElement]
    .filter(([element]) => element === name || element.startsWith(`${name}.`))
    .flatMap(([, facts]) => facts);

type Gain = readonly [key: string, widening: Widening];

const gain =
  (widening: Widening) =>
  ({ key }: Fact): Gain => [key, widening];

function gainsOfElement(element: Element, index: number, from: StatementFacts, to: StatementFacts) {
  const [before, after] = [from.parts[index], to.parts[index]];
  return before && after ? elementGains(element, before, after) : [];
}

function elementGains(element: Element, from: Parts, to: Parts): readonly Gain[] {
  const [had, has] = [from, to].map(({ listed, excluded }) => listed.length + excluded.length > 0);
  // The element was absent before, which matches everything. So nothing was gained.
  if (!had) return [];
  if (!has) return [...from.listed, ...from.excluded].map(gain('yes'));
  if (from.listed.length > 0 && to.listed.length > 0) return beyond(element, to.listed, from.listed, from);
  if (from.excluded.length > 0 && to.excluded.length > 0)
    return beyond(element, from.excluded, to.excluded, to);
  if (to.excluded.length > 0)
    return to.excluded.some(({ value }) => value === '*') ? [] : to.excluded.map(gain('yes'));
  return to.listed.flatMap((fact) => gainOfListed(element, fact, from.excluded));
}

/**
 * Whether a listed value gives new access, after the statement changed from `Not…` to a list. It does if the value was
 * excluded before.
 */
function gainOfListed(element: Element, fact: Fact, excluded: readonly Fact[]): readonly Gain[] {
  const isExcluded = (each: Fact): boolean =>
    isSame(each, fact) || element.covers(each, fact) || element.excludes?.(each, fact) === true;
  if (excluded.some(isExcluded)) return [gain('yes')(fact)];
  return /[*?$]/.test(fact.value) ? [gain('maybe')(fact)] : [];
}

const isSame = (one: Fact, other: Fact): boolean =>
  one.value === other.value && one.element.replace(/^Not/, '') === other.element.replace(/^Not/, '');

/** The facts of one side that the other side does not have, and that no wildcard of the other side covers. */
function beyond(
  { covers: isCovered }: Pick<Element, 'covers'>,
  facts: readonly Fact[],
  others: readonly Fact[],
  keyed: Keyed,
) {
  const more = without(facts, keyed).filter(({ value }) => value !== noValue);
  if (more.length === 0) return [];
  const wide = others.filter(({ value }) => /[*?]/.test(value));
  return more.filter((fact) => !wide.some((other) => isCovered(other, fact))).map(gain('yes'));
}

/** All values of one condition key under one operator. A request must satisfy every block of a statement. */
interface Block extends Keyed {
  readonly operator: string;
  readonly key: string;
  readonly facts: readonly Fact[];
}

function blocksOf(facts: readonly Fact[]): readonly Omit<Block, 'keys'>[] {
  const blocks = Map.groupBy(facts, ({ condition }) => condition);
  return [...blocks].flatMap(([condition, values]) =>
    condition === undefined ? [] : [{ ...condition, facts: values }],
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

/**
 * The operator of a key has changed. What that means depends on the requests, except for a change to or from
 * `IfExists`.
 */
function operatorGains(from: Block, to: Block): readonly Gain[] {
  const sameValues = valuesText(from) === valuesText(to);
  if (sameValues && from.operator === `${to.operator}IfExists`) return [];
  const isWider = to.operator === `${from.operator}IfExists`;
  return [...from.facts, ...to.facts].map(gain(isWider ? 'yes' : 'maybe'));
}

const valuesText = ({ facts }: Block): string => JSON.stringify(facts.map(({ value }) => value).sort());

/** The operator of a key is the same, and its values have changed. */
function valueGains(from: Block, to: Block): readonly Gain[] {
  const base = from.operator.replace(/^For(All|Any)Values?:/i, '').replace(/IfExists$/i, '');
  const covered = { covers: coveringOf(base) };
  if (/^(String|Arn)Not|^NotIpAddress$/i.test(base)) return beyond(covered, from.facts, to.facts, to);
  if (/^(String|Arn|Bool|Binary|IpAddress$)/i.test(base)) return beyond(covered, to.facts, from.facts, from);
  return changedFacts(from, to).map(gain('maybe'));
}

/**
 * How values of an operator cover each other. Only these operators have wildcards ("IAM JSON policy elements: Condition
 * operators").
 */
function coveringOf(base: string): Element['covers'] {
  if (/^String(Not)?Like$/i.test(base)) return (outer, inner) => covers(outer.value, inner.value);
  if (/^Arn/i.test(base)) return (outer, inner) => coversArn(outer.value, inner.value);
  return () => false;
}

const changedFacts = (from: Block, to: Block): readonly Fact[] => [
  ...without(from.facts, to),
  ...without(to.facts, from),
];

const without = (facts: readonly Fact[], { keys }: Keyed): readonly Fact[] =>
  facts.filter(({ key }) => !keys.has(key));
