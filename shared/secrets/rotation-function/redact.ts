import type { OnboardingError } from '../../platform/errors.ts';
import { RotationRefusedError, RotationStepError } from './errors.ts';

/**
 * The error of a step without what a driver or a service may have quoted: the values, and their parts where they are
 * JSON. No cause is kept, since logs print causes; of a SyntaxError no word, since JSON.parse quotes a few characters of
 * what it was given (V8: `Unexpected token 'h', "hunter2-an"... is not valid JSON`). A refusal stays one, without its fields:
 * rotators may throw it as well.
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

/** The longest first, so that no part of a longer one is left; very short ones would blank everything. */
const secretsIn = (values: readonly string[]): readonly string[] =>
  [...new Set(values.flatMap(leaves))].filter((text) => text.length >= 3).sort((a, b) => b.length - a.length);

/** The value, its strings and long numbers where it is JSON, and each as JSON and as URLs write it. */
function leaves(value: string): readonly string[] {
  const texts = [value, ...textsIn(parsedJson(value))];
  return texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]);
}

/** Numbers of four digits and more may be a PIN; a port is none, and what went wrong is often told with it. */
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
