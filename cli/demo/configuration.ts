import { fileURLToPath } from 'node:url';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { type CommonOptions, configurationFile, type Session } from '../command.ts';

/** One's own configuration where it is named, else the example. */
export function demoConfiguration(options: CommonOptions, { io }: Session): Promise<Configuration> {
  if (options.config !== undefined) return loadConfiguration(configurationFile(options, io));
  return loadConfiguration(fileURLToPath(new URL('../../examples/onboarding.yml', import.meta.url)));
}
