import type { OnboardingError } from '../../platform/errors.ts';
import { RotationRefusedError, RotationStepError } from './errors.ts';

/**
 * Removes secret values from the error of a step, because a database driver or a service may have quoted them. Values
 * inside JSON are removed, too.
 * - The error has no cause, because logs print causes.
 * - The message of a SyntaxError is dropped, because JSON.parse quotes a part of its input (V8: `Unexpected token
 *   'h', "hunter2-an"... is not valid JSON`).
 * - A RotationRefusedError stays one but loses its fields, because a rotator may have put values into them.
 */
export function redactError(step: string, thrown: unknown, values: readonly string[]): OnboardingError {
  const { name, message } = thrown instanceof Error ? thrown : new Error(String(thrown));
  if (name === 'SyntaxError')
    return new RotationStepError(`${step}: SyntaxError: the value is not in the form that was expected`, {
      step,
      thrownBy: name,
    });
  const clean = secretsIn(values).reduce((text, secret) => text.replaceAll(secret, '***'), message);
  if (thrown instanceof RotationRefusedError) return new RotationRefusedError(clean);
  return new RotationStepError(`${step}: ${name}: ${clean}`, { step, thrownBy: name });
}

/**
 * The texts to remove, the longest first: otherwise a part of a longer value could stay. Very short values are not
 * removed, because too little of the message would be left.
 */
const secretsIn = (values: readonly string[]): readonly string[] =>
  [...new Set(values.flatMap(leaves))].filter((text) => text.length >= 3).sort((a, b) => b.length - a.length);

/**
 * All forms in which a value may appear: the value itself, the strings and long numbers in it if it is JSON, and each
 * of them with the escapes of JSON and of URLs.
 */
function leaves(value: string): readonly string[] {
  const texts = [value, ...textsIn(parsedJson(value))];
  return texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]);
}

/** A number of four digits or more may be a PIN. Only the port is no secret, and messages often need it. */
const textsIn = (value: unknown, key = ''): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number') return key !== 'port' && /\d{4}/.test(String(value)) ? [String(value)] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsIn(inner, name));
};

function parsedJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
