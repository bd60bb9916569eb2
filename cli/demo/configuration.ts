import { loadConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { type CommonOptions, getConfigurationFile, type Session } from '../command.ts';
import { exampleConfiguration } from '../package-files.ts';

/**
 * Loads the configuration that the user names, or else the example. The demo turns approval off, because no operator
 * takes part.
 */
export async function loadDemoConfiguration(options: CommonOptions, { io }: Session): Promise<Configuration> {
  const file = options.config === undefined ? exampleConfiguration : getConfigurationFile(options, io);
  const { approval: _, ...configuration } = await loadConfiguration(file);
  return configuration;
}
