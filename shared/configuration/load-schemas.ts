import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Finding } from '../platform/errors.ts';
import { getApplications } from './applications.ts';
import { ConfigurationError } from './errors.ts';
import { minifySchema } from './json-schema.ts';
import { parseConfiguration, readConfigurationText } from './load.ts';
import type { PathFinding } from './messages.ts';
import type { Configuration } from './schema.ts';
import { readSource } from './source.ts';
import { sortByLine } from './validate.ts';
import { findConfigurationWarnings } from './warnings.ts';

/** The JSON Schemas that a configuration names, in the form for AppConfig, by their paths in the configuration. */
type JsonSchemas = ReadonlyMap<string, string>;

export interface ConfigurationAndSchemas {
  readonly configuration: Configuration;
  readonly schemas: JsonSchemas;
  /** Warnings about valid but unusual parts, each with its path and line. */
  readonly warnings: readonly Finding[];
}

/**
 * Reads and checks a configuration file, and the JSON Schema files that its applications name.
 * @throws ConfigurationError with every mistake, each with its path and line
 */
export async function loadWithSchemas(file: string): Promise<ConfigurationAndSchemas> {
  const text = await readConfigurationText(file);
  const configuration = parseConfiguration(text, file);
  const read = await Promise.all(
    namedSchemas(configuration).map(async ({ path, schema }) => ({
      path,
      schema,
      ...(await schemaIn(dirname(file), schema)),
    })),
  );
  const findings = read.flatMap(({ path, problem }): readonly PathFinding[] =>
    problem === undefined ? [] : [{ path, message: problem }],
  );
  if (findings.length > 0) throw new ConfigurationError(file, sortByLine(findings, readSource(text).lineOf));
  const warnings = sortByLine(findConfigurationWarnings(configuration), readSource(text).lineOf);
  return {
    configuration,
    schemas: new Map(read.map(({ schema, content = '' }) => [schema, content])),
    warnings,
  };
}

const namedSchemas = (configuration: Configuration) =>
  getApplications(configuration).flatMap(({ profiles }, application) =>
    profiles.flatMap(({ schema }, profile) =>
      schema === undefined
        ? []
        : [{ schema, path: ['applications', application, 'profiles', profile, 'schema'] }],
    ),
  );

async function schemaIn(
  folder: string,
  schema: string,
): Promise<{ readonly content?: string; readonly problem?: string }> {
  const file = resolve(folder, schema);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== 'string')
    return {
      problem: `must be a file, with a path from the folder of this configuration: ${file} cannot be read (${text.code})`,
    };
  try {
    return { content: minifySchema(text.replace(/^\uFEFF/, '')) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { problem: `must be a JSON Schema of draft-04, which AppConfig requires: ${reason}` };
  }
}
