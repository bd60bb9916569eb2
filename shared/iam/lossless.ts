import { type JSONPath, type JSONVisitor, visit } from 'jsonc-parser';
import type { Finding } from '../platform/errors.ts';

/**
 * Everything that JavaScript would change by parsing a JSON text and writing it again. The text must be valid JSON.
 *
 * JSON.parse keeps only the last of two equal keys, and rounds large numbers. Without this check, writing back a policy
 * could change the meaning of its unmanaged statements.
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

const halfCharacter = 'holds half of a character (a lone surrogate). Correct it';

/**
 * Whether a number survives. Text operators compare characters, so `1.10` must not become `1.1`. For numeric operators,
 * an equal value is enough (IAM user guide, "IAM JSON policy elements: Condition operators").
 */
function isKept(value: number, written: string, numeric: boolean): boolean {
  if (Object.is(value, -0) || (Number.isInteger(value) && !Number.isSafeInteger(value))) return false;
  const again = JSON.stringify(value);
  return again === written || (numeric && decimal(again) === decimal(written));
}

/** Whether the path leads to a value of a numeric operator: `Condition`, the operator, then the key. */
const isNumeric = (path: JSONPath): boolean =>
  /^(For(Any|All)Values?:)?numeric/i.test(String(path[path.indexOf('Condition') + 1] ?? ''));

/** One form for all spellings of a decimal number: its digits without zeros at the ends, and its exponent. */
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
