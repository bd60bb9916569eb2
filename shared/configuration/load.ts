import { readFile } from 'node:fs/promises';
import { ConfigurationError } from './errors.ts';
import type { Configuration } from './schema.ts';
import { readSource } from './source.ts';
import { validateConfiguration } from './validate.ts';

/**
 * Reads and checks a configuration file.
 * @throws ConfigurationError with every mistake, each with its path and line
 */
export const loadConfiguration = async (file: string): Promise<Configuration> =>
  parseConfiguration(await readConfigurationText(file), file);

/** @throws ConfigurationError if the file does not exist */
export const readConfigurationText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const hint = 'name a file with --config or ONBOARDING_CONFIG, or begin with examples/onboarding.yml';
    throw new ConfigurationError(file, [{ path: '', message: `cannot be read (${error.code}): ${hint}` }]);
  });

/** @throws ConfigurationError with every mistake */
export function parseConfiguration(text: string, source: string): Configuration {
  const { value, findings, lineOf } = readSource(text);
  if (findings.length > 0) throw new ConfigurationError(source, findings);
  return validateConfiguration(value, source, lineOf);
}
