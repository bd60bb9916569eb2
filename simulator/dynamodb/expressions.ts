import { memoizeByString } from '../../shared/platform/memoize.ts';

/** An item as the document client has it: attributes by name. */
export type TableItem = Readonly<Record<string, unknown>>;

/** What the placeholders of an expression stand for. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
}

type Operand = (item: TableItem, placeholders: Placeholders) => unknown;
type Test = (item: TableItem, placeholders: Placeholders) => boolean;

/** Whether an item meets a condition. An item that does not exist is empty. */
export const meetsCondition = (
  text: string | undefined,
  item: TableItem | undefined,
  placeholders: Placeholders,
): boolean => text === undefined || parseCondition(text)(item ?? {}, placeholders);

/**
 * The conditions that the store uses: comparisons, BETWEEN, IN, functions, and the operators that join them. Anything
 * else throws. Source: "Condition and filter expressions, operators, and functions" (DynamoDB developer guide).
 */
const parseCondition = memoizeByString(100, (text: string): Test => {
  const tokens = text.match(/[#:]?\w+|<>|<=|>=|[=<>(),]/g) ?? [];
  const reader = createReader(tokens, text);
  const test = readOr(reader);
  if (reader.peek() !== undefined) throw reader.fail();
  return test;
});

interface Reader {
  peek(): string | undefined;
  take(): string;
  /** Takes the token if it is the next one. */
  skip(token: string): boolean;
  fail(): Error;
}

function createReader(tokens: readonly string[], text: string): Reader {
  let at = 0;
  const fail = (): Error => new Error(`The simulator does not know this condition: ${text}`);
  return {
    peek: () => tokens[at],
    take: () => {
      const token = tokens[at];
      if (token === undefined) throw fail();
      at += 1;
      return token;
    },
    skip: (token) => {
      const isNext = tokens[at] === token;
      if (isNext) at += 1;
      return isNext;
    },
    fail,
  };
}

function expect(reader: Reader, token: string): void {
  if (!reader.skip(token)) throw reader.fail();
}

function readOr(reader: Reader): Test {
  const left = readAnd(reader);
  if (!reader.skip('OR')) return left;
  const right = readOr(reader);
  return (item, placeholders) => left(item, placeholders) || right(item, placeholders);
}

function readAnd(reader: Reader): Test {
  const left = readNot(reader);
  if (!reader.skip('AND')) return left;
  const right = readAnd(reader);
  return (item, placeholders) => left(item, placeholders) && right(item, placeholders);
}

function readNot(reader: Reader): Test {
  if (reader.skip('NOT')) {
    const inner = readNot(reader);
    return (item, placeholders) => !inner(item, placeholders);
  }
  if (!reader.skip('(')) return readComparison(reader);
  const inner = readOr(reader);
  expect(reader, ')');
  return inner;
}

function readComparison(reader: Reader): Test {
  const name = reader.take();
  const createTest = functions[name];
  if (createTest !== undefined) {
    const operands = readList(reader);
    return (item, placeholders) => createTest(operands.map((operand) => operand(item, placeholders)));
  }
  const left = toOperand(name);
  const operator = reader.take();
  const operands = readOperands(reader, operator);
  const compare = comparisons[operator];
  if (compare === undefined) throw reader.fail();
  return (item, placeholders) =>
    compare(
      left(item, placeholders),
      operands.map((operand) => operand(item, placeholders)),
    );
}

function readOperands(reader: Reader, operator: string): readonly Operand[] {
  if (operator === 'IN') return readList(reader);
  const first = toOperand(reader.take());
  if (operator !== 'BETWEEN') return [first];
  expect(reader, 'AND');
  return [first, toOperand(reader.take())];
}

function readList(reader: Reader): readonly Operand[] {
  expect(reader, '(');
  const operands = [toOperand(reader.take())];
  while (reader.skip(',')) operands.push(toOperand(reader.take()));
  expect(reader, ')');
  return operands;
}

const toOperand =
  (token: string): Operand =>
  (item, { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} }) => {
    if (token.startsWith(':')) return expectPlaceholder(values, token);
    return item[token.startsWith('#') ? expectPlaceholder(names, token) : token];
  };

function expectPlaceholder<T>(given: Readonly<Record<string, T>>, token: string): T {
  const value = given[token];
  if (value === undefined) throw new Error(`An expression uses ${token}, which has no value`);
  return value;
}

const functions: Readonly<Record<string, (operands: readonly unknown[]) => boolean>> = {
  attribute_exists: ([value]) => value !== undefined,
  attribute_not_exists: ([value]) => value === undefined,
  begins_with: ([value, start]) => typeof value === 'string' && value.startsWith(String(start)),
};

/**
 * How two attribute values are compared. Values of different types have no order. An attribute that does not exist is
 * unequal to every value.
 */
const comparisons: Readonly<Record<string, (left: unknown, right: readonly unknown[]) => boolean>> = {
  '=': (left, [right]) => left === right,
  '<>': (left, [right]) => left !== right,
  '<': (left, [right]) => isBefore(left, right),
  '<=': (left, [right]) => left === right || isBefore(left, right),
  '>': (left, [right]) => isBefore(right, left),
  '>=': (left, [right]) => left === right || isBefore(right, left),
  BETWEEN: (left, [first, last]) =>
    (left === first || isBefore(first, left)) && (left === last || isBefore(left, last)),
  IN: (left, right) => right.includes(left),
};

/** Compares numbers by value and texts by their UTF-8 bytes. */
function isBefore(left: unknown, right: unknown): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  return typeof left === 'string' && typeof right === 'string' && compareTexts(left, right) < 0;
}

export const compareTexts = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right));

/** Applies an update expression. Only the form `SET a = :a, b = :b` is supported. */
export function applyUpdate(text: string, item: TableItem, placeholders: Placeholders): TableItem {
  const [, assignments] = /^SET (.+)$/.exec(text) ?? [];
  if (assignments === undefined) throw new Error(`The simulator does not know this update: ${text}`);
  const changed = assignments.split(',').map((assignment) => {
    const [, name, value] = /^\s*(#?\w+) = (:\w+)\s*$/.exec(assignment) ?? [];
    if (name === undefined || value === undefined)
      throw new Error(`The simulator does not know this update: ${text}`);
    const { ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = placeholders;
    const attribute = name.startsWith('#') ? expectPlaceholder(names, name) : name;
    return [attribute, expectPlaceholder(values, value)];
  });
  return { ...item, ...Object.fromEntries(changed) };
}
