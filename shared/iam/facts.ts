import {
  type Conditions,
  defaultVersion,
  type OneOrMany,
  type PolicyDocument,
  type Principal,
  type Statement,
  toArray,
  toPrincipalMap,
} from './document.ts';
import { createKeyNaming, toCanonicalAccount } from './normalize.ts';

/** One value in a statement: `Action s3:GetObject`, or `Condition StringEquals aws:SourceAccount 111122223333`. */
export interface Fact {
  /** Equal for two facts with the same meaning, whatever their letter case or spelling. */
  readonly key: string;
  /** The fact as it is printed. */
  readonly text: string;
  /** The element of the statement: `Effect`, `Action`, `NotResource`, `Principal`, `Principal.AWS`, or `Condition`. */
  readonly element: string;
  /** The value in the form that is compared. */
  readonly value: string;
  /** Only for a value of a condition. All values of one key under one operator share this object. */
  readonly condition?: FactCondition;
}

interface FactCondition {
  readonly operator: string;
  readonly key: string;
}

/** Stands for an empty list, which matches nothing. An absent element is different: it matches everything. */
export const noValue = '(none)';

/**
 * Splits a statement into its single values. Two statements with the same Sid mean the same if, and only if, their
 * facts have equal keys.
 */
export const toFacts = (statement: Statement): readonly Fact[] => [
  fact('Effect', statement.Effect),
  ...principalFacts('Principal', statement.Principal),
  ...principalFacts('NotPrincipal', statement.NotPrincipal),
  ...listFacts('Action', statement.Action, lowerCase),
  ...listFacts('NotAction', statement.NotAction, lowerCase),
  ...listFacts('Resource', statement.Resource),
  ...listFacts('NotResource', statement.NotResource),
  ...conditionFacts(statement.Condition ?? {}),
];

/** The keys of the facts, as a set. */
export const getFactKeys = (facts: readonly Fact[]): ReadonlySet<string> =>
  new Set(facts.map(({ key }) => key));

/** The facts of a document that are outside of its statements: `Version` and `Id`. */
export const getHeadFacts = ({ Version = defaultVersion, Id }: PolicyDocument): readonly Fact[] => [
  fact('Version', Version),
  ...(Id === undefined ? [] : [fact('Id', Id)]),
];

const lowerCase = (text: string): string => text.toLowerCase();

function principalFacts(name: string, principal: Principal | undefined): readonly Fact[] {
  if (principal === undefined) return [];
  if (principal === '*') return [fact(name, '*')];
  const types = Object.entries(toPrincipalMap(principal));
  if (types.length === 0) return [fact(name, '(nobody)')];
  return types.flatMap(([type, values]) =>
    listFacts(`${name}.${type}`, type === 'AWS' ? toArray(values).map(toCanonicalAccount) : values),
  );
}

const conditionFacts = (conditions: Conditions): readonly Fact[] =>
  Object.entries(conditions).flatMap(([operator, block]) => {
    const keyName = createKeyNaming(Object.keys(block));
    return Object.entries(block).flatMap(([key, values]) => {
      const condition = { operator, key: keyName(key) };
      const path = JSON.stringify(['Condition', operator, condition.key]);
      return orNone(toArray(values).map(String)).map((value): Fact => {
        const text = `Condition ${operator} ${key} ${value}`;
        return { key: path + value, text, element: 'Condition', value, condition };
      });
    });
  });

function listFacts(
  element: string,
  values: OneOrMany<string> | undefined,
  meaningOf: (value: string) => string = (value) => value,
): readonly Fact[] {
  if (values === undefined) return [];
  const path = JSON.stringify([element]);
  return orNone(toArray(values)).map((written): Fact => {
    const value = meaningOf(written);
    return { key: path + value, text: `${element} ${written}`, element, value };
  });
}

const orNone = (values: readonly string[]): readonly string[] => (values.length === 0 ? [noValue] : values);

const fact = (element: string, value: string): Fact => ({
  key: JSON.stringify([element]) + value,
  text: `${element} ${value}`,
  element,
  value,
});
