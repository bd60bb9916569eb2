import type { Finding } from '../platform/errors.ts';
import { checkConsistency, checkNames } from './consistency.ts';
import { ConfigurationError } from './errors.ts';
import { explainIssue, formatPath, type PathFinding } from './messages.ts';
import { type Configuration, configurationSchema } from './schema.ts';

/**
 * Checks a configuration that was parsed before, such as the active one.
 * @param lineOf finds the line of a path in the file, for messages
 */
export function validateConfiguration(
  value: unknown,
  source: string,
  lineOf: (path: readonly PropertyKey[]) => number | undefined = () => undefined,
): Configuration {
  const parsed = configurationSchema.safeParse(value);
  const found = parsed.success
    ? checkConsistency(parsed.data)
    : [...parsed.error.issues.flatMap((issue) => explainIssue(issue, value)), ...checkNames(value)];
  const findings = [...reservedKeys(value), ...found];
  if (findings.length === 0 && parsed.success) return parsed.data;
  throw new ConfigurationError(source, sortByLine(findings, lineOf));
}

/**
 * Rejects keys with the name `__proto__`, at any depth. JavaScript cannot keep such a key, and a selector that loses a
 * tag would select more accounts.
 */
function reservedKeys(value: unknown, path: readonly PropertyKey[] = []): readonly PathFinding[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: readonly (readonly [PropertyKey, unknown])[] = Array.isArray(value)
    ? value.map((each: unknown, index) => [index, each] as const)
    : Object.entries(value);
  return entries.flatMap(([key, each]) =>
    key === '__proto__'
      ? [{ path: [...path, key], message: 'is a key that JavaScript reserves; use another one' }]
      : reservedKeys(each, [...path, key]),
  );
}

/** Ordered by line. */
export const sortByLine = (
  findings: readonly PathFinding[],
  lineOf: (path: readonly PropertyKey[]) => number | undefined,
): readonly Finding[] =>
  findings
    .map(({ path, message }) => ({ path, message, line: lineOf(path) }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(({ path, message, line }) => ({ path: placeText(path, line), message }));

/** A place in the file: `grants[2].bucket (line 31)`. */
function placeText(path: readonly PropertyKey[], line: number | undefined): string {
  if (line === undefined) return formatPath(path);
  return path.length === 0 ? `line ${line}` : `${formatPath(path)} (line ${line})`;
}
