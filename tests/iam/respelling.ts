import fc from 'fast-check';
import {
  type Conditions,
  many,
  type OneOrMany,
  type PolicyDocument,
  type Principal,
  type Statement,
} from '../../shared/iam/document.ts';

/** The same document in another spelling: `pick(n)` answers a number below n and decides each choice. */
export function respelled(document: PolicyDocument, pick: (below: number) => number): PolicyDocument {
  const Statement = shuffled(document.Statement, pick).map((each) => respelledStatement(each, pick));
  return { ...document, Statement };
}

function respelledStatement(given: Statement, pick: (below: number) => number): Statement {
  const lists = ['Action', 'NotAction', 'Resource', 'NotResource'] as const;
  const parts = Object.entries(given).map(([name, value]): [string, unknown] => {
    if (name === 'Principal' || name === 'NotPrincipal') return [name, respelledPrincipal(value, pick)];
    if (name === 'Condition') return [name, respelledConditions(value, pick)];
    const spell = name.endsWith('Action') ? letterCase : same;
    return lists.some((list) => list === name) ? [name, respelledList(value, pick, spell)] : [name, value];
  });
  return Object.fromEntries(shuffled(parts, pick)) as unknown as Statement;
}

const respelledPrincipal = (given: Principal, pick: (below: number) => number): Principal =>
  given === '*'
    ? given
    : Object.fromEntries(
        Object.entries(given).map(([type, named]) => [type, respelledList(named, pick, account)]),
      );

const respelledConditions = (given: Conditions, pick: (below: number) => number): Conditions =>
  Object.fromEntries(
    shuffled(Object.entries(given), pick).map(([name, block]) => [
      name,
      Object.fromEntries(
        Object.entries(block).map(([key, values]) => [
          letterCase(key, pick),
          respelledList(values, pick, (value) => (pick(2) === 0 ? value : String(value))),
        ]),
      ),
    ]),
  );

function respelledList<T>(
  given: OneOrMany<T>,
  pick: (below: number) => number,
  spell: (value: T, pick: (below: number) => number) => T,
): OneOrMany<T> {
  const list = shuffled(many(given), pick).map((value) => spell(value, pick));
  const [first] = list;
  if (first !== undefined && list.length === 1 && pick(2) === 0) return first;
  return first !== undefined && pick(3) === 0 ? [...list, first] : list;
}

const same = (text: string): string => text;

const letterCase = (text: string, pick: (below: number) => number): string =>
  [text, text.toLowerCase(), text.toUpperCase()][pick(3)] ?? text;

function account(name: string, pick: (below: number) => number): string {
  const id = /^(?:arn:aws:iam::)?(\d{12})(?::root)?$/.exec(name)?.[1];
  return id === undefined
    ? name
    : ([id, `arn:aws:iam::${id}:root`, `arn:aws-cn:iam::${id}:root`][pick(3)] ?? name);
}

function shuffled<T>(list: readonly T[], pick: (below: number) => number): readonly T[] {
  const rest = [...list];
  return list.flatMap(() => rest.splice(pick(rest.length), 1));
}

/** A source of choices for `respelled`, the same for the same seed. */
export const choices = fc.nat().map((seed) => {
  let state = seed;
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
});
