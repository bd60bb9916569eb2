import { readFile } from 'node:fs/promises';
import { ConfigurationError, type Finding } from '../errors.ts';
import { consistencyFindings, nameFindings } from './consistency.ts';
import { findingsOf, type PathFinding, pathText } from './messages.ts';
import { type Configuration, configurationSchema } from './schema.ts';
import { readSource } from './source.ts';

/**
 * Reads and checks a configuration file.
 * @throws ConfigurationError with every finding, each with its path and line
 */
export async function loadConfiguration(file: string): Promise<Configuration> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const hint = 'name a file with --config or ONBOARDING_CONFIG, or begin with examples/onboarding.yml';
    throw new ConfigurationError(file, [{ path: '', message: `cannot be read (${error.code}): ${hint}` }]);
  });
  return parseConfiguration(text, file);
}

/** @throws ConfigurationError with every finding */
export function parseConfiguration(text: string, source: string): Configuration {
  const { value, findings, lineOf } = readSource(text);
  if (findings.length > 0) throw new ConfigurationError(source, findings);
  return validateConfiguration(value, source, lineOf);
}

/**
 * Checks a configuration that was parsed before, such as the one in force.
 * @param lineOf the line of a path in the source, for people
 */
export function validateConfiguration(
  value: unknown,
  source: string,
  lineOf: (path: readonly PropertyKey[]) => number | undefined = () => undefined,
): Configuration {
  const parsed = configurationSchema.safeParse(value);
  const findings = parsed.success
    ? consistencyFindings(parsed.data)
    : [...parsed.error.issues.flatMap((issue) => findingsOf(issue, value)), ...nameFindings(value)];
  if (findings.length === 0 && parsed.success) return parsed.data;
  throw new ConfigurationError(source, inOrder(findings, lineOf));
}

/** In the order of the lines. */
const inOrder = (
  findings: readonly PathFinding[],
  lineOf: (path: readonly PropertyKey[]) => number | undefined,
): readonly Finding[] =>
  findings
    .map(({ path, message }) => ({ path, message, line: lineOf(path) }))
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(({ path, message, line }) => ({ path: placeText(path, line), message }));

/** `grants[2].bucket (line 31)`. */
function placeText(path: readonly PropertyKey[], line: number | undefined): string {
  if (line === undefined) return pathText(path);
  return path.length === 0 ? `line ${line}` : `${pathText(path)} (line ${line})`;
}
