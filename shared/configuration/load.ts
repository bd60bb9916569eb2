import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument } from 'yaml';
import type * as z from 'zod';
import { ConfigurationError, type Finding } from '../errors.ts';
import { consistencyFindings } from './consistency.ts';
import { type Configuration, configurationSchema } from './schema.ts';

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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  if (document.errors.length > 0)
    throw new ConfigurationError(
      source,
      document.errors.map(({ message }) => ({ path: '', message: message.split('\n')[0] ?? message })),
    );
  const lineOf = (path: readonly PropertyKey[]): string => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true) as { range?: [number] } | undefined;
      if (node?.range !== undefined && node.range !== null)
        return ` (line ${lines.linePos(node.range[0]).line})`;
    }
    return '';
  };
  return validateConfiguration(document.toJS(), source, lineOf);
}

/**
 * Checks a configuration that was parsed before, such as the one in force.
 * @param lineOf where a path stands in the source, for people
 */
export function validateConfiguration(
  value: unknown,
  source: string,
  lineOf: (path: readonly PropertyKey[]) => string = () => '',
): Configuration {
  const parsed = configurationSchema.safeParse(value);
  const findings = parsed.success
    ? consistencyFindings(parsed.data)
    : parsed.error.issues.flatMap(findingsOf);
  if (findings.length === 0 && parsed.success) return parsed.data;
  throw new ConfigurationError(
    source,
    findings.map(({ path, message }): Finding => ({ path: `${pathText(path)}${lineOf(path)}`, message })),
  );
}

interface PathFinding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function findingsOf(issue: z.core.$ZodIssue): readonly PathFinding[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...issue.path, key],
      message: 'is not a key here; remove or correct it',
    }));
  if (issue.code === 'invalid_union' && issue.discriminator !== undefined)
    return [{ path: issue.path, message: discriminatorMessage(issue) }];
  if (
    issue.code === 'invalid_type' &&
    issue.input === undefined &&
    issue.message.includes('received undefined')
  )
    return [{ path: issue.path, message: `is missing: ${issue.message.replace(/^Invalid input: /, '')}` }];
  return [{ path: issue.path, message: issue.message.replace(/^Invalid (input|option): /, '') }];
}

const discriminatorMessage = (issue: z.core.$ZodIssueInvalidUnion): string => {
  const { options } = issue as { options?: readonly unknown[] };
  return options === undefined ? `unknown ${issue.discriminator}` : `one of ${options.join(', ')}`;
};

/** `['grants', 2, 'bucket']` → `grants[2].bucket`. */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}${text && '.'}${String(part)}`),
    '',
  );
