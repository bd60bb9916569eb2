import type { OnboardingError } from '../../platform/errors.ts';
import { RotationRefusedError, RotationStepError } from './errors.ts';

/**
 * The error of a step, without values or their JSON parts that a driver or a service may have quoted. It keeps no
 * cause, since logs print causes. It keeps no word of a SyntaxError, since JSON.parse quotes a few characters of its
 * input (V8: `Unexpected token 'h', "hunter2-an"... is not valid JSON`). A RotationRefusedError keeps its class without
 * its fields, because rotators may throw it as well.
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

/** The longest first, so that no part of a longer value remains. Very short values would blank everything. */
const secretsIn = (values: readonly string[]): readonly string[] =>
  [...new Set(values.flatMap(leaves))].filter((text) => text.length >= 3).sort((a, b) => b.length - a.length);

/** The value, its strings and long numbers if it is JSON, and each in the escaped forms of JSON and URLs. */
function leaves(value: string): readonly string[] {
  const texts = [value, ...textsIn(parsedJson(value))];
  return texts.flatMap((text) => [text, JSON.stringify(text).slice(1, -1), encodeURIComponent(text)]);
}

/** Numbers of four digits and more may be a PIN. A port is no secret, and errors often need it. */
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
