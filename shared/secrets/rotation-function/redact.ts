import type { OnboardingError } from '../../platform/errors.ts';
import { RotationRefusedError, RotationStepError } from './errors.ts';

/**
 * Removes secret values from the error of a step, which a driver or a service may have quoted. Values inside JSON are
 * removed, too.
 *
 * - The error has no cause, because logs print causes.
 * - No word of a SyntaxError stays, because JSON.parse quotes a part of its input (V8: `Unexpected token 'h',
 * "hunter2-an"... is not valid JSON`).
 * - A RotationRefusedError keeps its class but not its fields, because rotators may throw it as well.
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
 * The texts to remove. The longest first, so that no part of a longer value stays. Very short values are kept, because
 * their removal would leave little of any message.
 */
const secretsIn = (values: readonly string[]): readonly string[] =>
  [...new Set(values.flatMap(leaves))].filter((text) => text.length >= 3).sort((a, b) => b.length - a.length);

/**
 * All forms of a value: the value itself, the strings and long numbers in it if it is JSON, and each of them as JSON
 * and URLs escape it.
 */
function leaves(value: string): readonly string[] {
  const texts = [value, ...textsIn(parsedJson(value))];
  return texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]);
}

/** A number of four digits or more may be a PIN. A port is no secret, and error messages often need it. */
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
