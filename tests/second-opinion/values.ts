import { type Answer, not, some, whether } from './answer.ts';

/** The value of a number or date as the policy language writes it; `undefined` for anything else. */
export function numberOf(text: string): number | undefined {
  const [whole = '', fraction = '0', ...more] = (text.startsWith('-') ? text.slice(1) : text).split('.');
  if (more.length > 0 || !isDigits(whole) || !isDigits(fraction)) return undefined;
  return Number(text);
}

const isDigits = (text: string): boolean =>
  text !== '' && [...text].every((char) => char >= '0' && char <= '9');

/** Milliseconds: epoch seconds, or a date and time with its zone (W3C date and time formats). */
export function timeOf(text: string): number | undefined {
  if (isDigits(text) && text.length > 4) return Number(text) * 1000;
  if (isShape(text, '0000-00')) return timeOf(`${text}-01`);
  if (isShape(text, '0000-00-00')) return timeOf(`${text}T00:00Z`);
  const [date = '', time = '', ...more] = text.split('T');
  const zone = zoneOf(time);
  if (more.length > 0 || zone === undefined || !isDay(date)) return undefined;
  const clock = time.slice(0, time.length - zone.length);
  const [seconds = '', fraction = '0'] = clock.split('.');
  if (!isDigits(fraction) || !(isShape(seconds, '00:00:00') || isShape(clock, '00:00'))) return undefined;
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** JavaScript takes 30 February for 2 March. */
function isDay(date: string): boolean {
  const midnight = isShape(date, '0000-00-00') ? Date.parse(`${date}T00:00Z`) : Number.NaN;
  return !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(date);
}

const zoneOf = (time: string): string | undefined => {
  if (time.endsWith('Z')) return 'Z';
  const offset = time.slice(-6);
  return isShape(offset.slice(1), '00:00') && '+-'.includes(offset.slice(0, 1)) ? offset : undefined;
};

/** `0` stands for a digit. */
const isShape = (text: string, shape: string): boolean =>
  text.length === shape.length &&
  [...text].every((char, index) => (shape[index] === '0' ? isDigits(char) : char === shape[index]));

export type Comparison = 'Equals' | 'LessThan' | 'LessThanEquals' | 'GreaterThan' | 'GreaterThanEquals';

/** Compares a value of the request with one of the policy. What neither is a number nor a date cannot be judged. */
export function compare(
  comparison: Comparison,
  read: (text: string) => number | undefined,
  value: string,
  wanted: string,
): Answer {
  const [left, right] = [read(value), read(wanted)];
  if (left === undefined || right === undefined) return 'unknown';
  if (comparison === 'Equals') return whether(left === right);
  if (comparison === 'LessThan') return whether(left < right);
  if (comparison === 'LessThanEquals') return whether(left <= right);
  return not(compare(comparison === 'GreaterThan' ? 'LessThanEquals' : 'LessThan', read, value, wanted));
}

export function boolean(value: string, wanted: string): Answer {
  const words = ['true', 'false'];
  return words.includes(value) && words.includes(wanted) ? whether(value === wanted) : 'unknown';
}

/** An address is a row of bits; a range is the bits that all its addresses begin with. */
export function inRange(address: string, range: string): Answer {
  const [base = '', prefix] = range.split('/');
  const [bits, baseBits] = [bitsOf(address), bitsOf(base)];
  if (bits === undefined || baseBits === undefined) return 'unknown';
  // Without a prefix "IAM uses the default prefix value of /32", which says nothing sure about IPv6.
  if (prefix === undefined && baseBits.length !== 32) return 'unknown';
  const length = Number(prefix ?? 32);
  if (!isDigits(prefix ?? '32') || length > baseBits.length) return 'unknown';
  return whether(bits.length === baseBits.length && bits.slice(0, length) === baseBits.slice(0, length));
}

const bitsOf = (address: string): string | undefined =>
  address.includes(':') ? bitsOfSix(address) : bitsOfFour(address);

function bitsOfFour(address: string): string | undefined {
  const parts = address.split('.');
  if (parts.length !== 4 || !parts.every((part) => isDigits(part) && Number(part) < 256)) return undefined;
  return parts.map((part) => Number(part).toString(2).padStart(8, '0')).join('');
}

/** `::` stands for as many groups of zeros as are missing. */
function bitsOfSix(address: string): string | undefined {
  const [head = '', tail, ...more] = address.split('::');
  const groups = (text: string): readonly string[] => (text === '' ? [] : text.split(':'));
  const missing = 8 - groups(head).length - groups(tail ?? '').length;
  if (more.length > 0 || (tail === undefined ? missing !== 0 : missing < 1)) return undefined;
  const all = [...groups(head), ...Array.from({ length: missing }, () => '0'), ...groups(tail ?? '')];
  const bits = all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
  return bits.length === 128 && !bits.includes('N') ? bits : undefined;
}

/** At least one of the policy's values. */
export const anyOf = (wanted: readonly string[], test: (wanted: string) => Answer): Answer =>
  some(wanted.map(test));
