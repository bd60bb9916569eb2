/** Something that decides about a request and could not be judged. */
export interface UnknownPart {
  /** A condition key without a known value, an element of a statement, or a policy that could not be read. */
  readonly kind: 'key' | 'element' | 'policy';
  readonly name: string;
}

/** Whether something applies to a request. `UnknownVerdict` names what could not be judged. */
export type Verdict = 'yes' | 'no' | UnknownVerdict;

export interface UnknownVerdict {
  readonly unknown: readonly UnknownPart[];
}

export const toVerdict = (applies: boolean): Verdict => (applies ? 'yes' : 'no');

export const createUnknown = (kind: UnknownPart['kind'], name: string): UnknownVerdict => ({
  unknown: [{ kind, name }],
});

export const negateVerdict = (verdict: Verdict): Verdict =>
  typeof verdict === 'string' ? toVerdict(verdict === 'no') : verdict;

/** `yes` if all items apply. It stops at the first `no`. */
export function everyVerdict<Item>(items: readonly Item[], judge: (item: Item) => Verdict): Verdict {
  return combine(items, judge, 'no');
}

/** `yes` if one item applies. It stops at the first `yes`. */
export function someVerdict<Item>(items: readonly Item[], judge: (item: Item) => Verdict): Verdict {
  return combine(items, judge, 'yes');
}

function combine<Item>(
  items: readonly Item[],
  judge: (item: Item) => Verdict,
  decisive: 'yes' | 'no',
): Verdict {
  let unknown: readonly UnknownPart[] | undefined;
  for (const item of items) {
    const verdict = judge(item);
    if (verdict === decisive) return verdict;
    if (typeof verdict !== 'string') unknown = unknown ? [...unknown, ...verdict.unknown] : verdict.unknown;
  }
  if (unknown !== undefined) return { unknown };
  return decisive === 'yes' ? 'no' : 'yes';
}

/** `yes` if both apply. */
export function bothVerdicts(one: Verdict, other: Verdict): Verdict {
  if (one === 'no' || other === 'no') return 'no';
  if (one === 'yes') return other;
  return other === 'yes' ? one : { unknown: [...one.unknown, ...other.unknown] };
}
