import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { findViolations } from '../../shared/configuration/json-schema.ts';
import { UsageError } from '../usage-error.ts';
import { InvalidContentError } from './errors.ts';

/** Content for a version of a configuration profile. */
export interface VersionContent {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.json': 'application/json',
  '.yml': 'application/x-yaml',
  '.yaml': 'application/x-yaml',
};

/**
 * Reads a file, and checks it as AppConfig does when a deployment starts: content that is not JSON fails every schema.
 * @param schema the JSON Schema of the profile, if it has one
 * @throws UsageError if the file cannot be read
 * @throws InvalidContentError with every violation, without the values of the file
 */
export async function readContent(
  file: string,
  { cwd, schema }: { readonly cwd: string; readonly schema: string | undefined },
): Promise<VersionContent> {
  const bytes = await readFile(resolve(cwd, file)).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read (${error.code}). Nothing was created`);
  });
  const problems = bytes.length === 0 ? ['the file is empty'] : findProblems(bytes, schema);
  if (problems.length > 0)
    throw new InvalidContentError(
      `${file} was not published, and nothing was created:\n${listProblems(problems)}`,
      { file, problems },
    );
  return { bytes, contentType: contentTypes[extname(file).toLowerCase()] ?? 'text/plain' };
}

const maxProblems = 20;

const listProblems = (problems: readonly string[]): string =>
  [
    ...problems.slice(0, maxProblems),
    ...(problems.length > maxProblems ? [`and ${problems.length - maxProblems} more`] : []),
  ]
    .map((each) => `  ${each}`)
    .join('\n');

function findProblems(bytes: Uint8Array, schema: string | undefined): readonly string[] {
  if (schema === undefined) return [];
  const value = parse(new TextDecoder().decode(bytes));
  return value === undefined
    ? ['it must be JSON, because the profile has a JSON Schema']
    : findViolations(schema, value.json);
}

function parse(text: string): { readonly json: unknown } | undefined {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
