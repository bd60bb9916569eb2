import { type JSONPath, type JSONVisitor, visit } from 'jsonc-parser';
import type { Finding } from '../platform/errors.ts';

/**
 * Finds everything in a JSON text that JavaScript would change by parsing and writing it. The text must be valid JSON.
 *
 * JSON.parse keeps only the last of two equal keys, and rounds large numbers. Without this check, a write could change
 * the meaning of unmanaged statements.
 */
export function findJsonLosses(text: string): readonly Finding[] {
  const losses: Finding[] = [];
  visit(text, { ...keyLosses(losses), ...valueLosses(text, losses) }, { disallowComments: true });
  return losses;
}

/** Two keys are equal if JavaScript reads them as equal, such as `"a"` and `"\u0061"`. */
function keyLosses(losses: Finding[]): JSONVisitor {
  const open: Set<string>[] = [];
  return {
    onObjectBegin: () => {
      open.push(new Set());
    },
    onObjectEnd: () => {
      open.pop();
    },
    onObjectProperty: (key, _offset, _length, _line, _column, path) => {
      const keys = open.at(-1);
      const lost = keyLoss(key, keys?.has(key) === true);
      if (lost !== undefined) losses.push({ path: pathText([...path(), key]), message: lost });
      keys?.add(key);
    },
  };
}

function keyLoss(key: string, isRepeated: boolean): string | undefined {
  if (isRepeated)
    return 'occurs more than once, and a write would keep only the last one. Remove all except one';
  if (key === '__proto__')
    return 'is a key with a special meaning in JavaScript, so programs may misread it. Remove it';
  return key.isWellFormed() ? undefined : halfCharacter;
}

function valueLosses(text: string, losses: Finding[]): JSONVisitor {
  return {
    onLiteralValue: (value, offset, length, _line, _column, path) => {
      if (typeof value === 'string' && value.isWellFormed()) return;
      const at = path();
      const lost = valueLoss(value, text.slice(offset, offset + length), isNumeric(at));
      if (lost !== undefined) losses.push({ path: pathText(at), message: lost });
    },
  };
}

function valueLoss(value: unknown, written: string, numeric: boolean): string | undefined {
  if (typeof value === 'string') return halfCharacter;
  if (typeof value !== 'number' || isKept(value, written, numeric)) return undefined;
  return `is ${written}, and a write would make it ${JSON.stringify(value)}. Put it in quotes: "${written}"`;
}

const halfCharacter = 'contains half of a character (a lone surrogate). Correct it';

/**
 * Whether a number stays the same. String operators compare characters, so `1.10` must not become `1.1`. For numeric
 * operators, an equal value is enough (IAM user guide, "IAM JSON policy elements: Condition operators").
 */
function isKept(value: number, written: string, numeric: boolean): boolean {
  if (Object.is(value, -0) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return false;
  const again = JSON.stringify(value);
  return again === written || (numeric && decimal(again) === decimal(written));
}

/** Whether the value belongs to a numeric operator. Its path is `Condition`, the operator, then the key. */
const isNumeric = (path: JSONPath): boolean =>
  /^(For(Any|All)Values?:)?numeric/i.test(String(path[path.indexOf('Condition') + 1] ?? ''));

/**
 * Writes a decimal number in one form, whatever its spelling: the digits without zeros at the ends, and the exponent.
 */
function decimal(written: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = numberPattern.exec(written) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  return `${sign}${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`;
}

const numberPattern = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

const pathText = (path: JSONPath): string =>
  path.reduce<string>((text, part) => `${text}${partText(part, text === '')}`, '').toWellFormed();

const partText = (part: string | number, isFirst: boolean): string =>
  typeof part === 'number' ? `[${part}]` : `${isFirst ? '' : '.'}${part}`;
