import { loadConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { type CommonOptions, getConfigurationFile, type Session } from '../command.ts';
import { exampleConfiguration } from '../package-files.ts';

/** The user's configuration if given, or else the example. Approval is off, because no operator is there. */
export async function loadDemoConfiguration(options: CommonOptions, { io }: Session): Promise<Configuration> {
  const file = options.config === undefined ? exampleConfiguration : getConfigurationFile(options, io);
  const { approval: _, ...configuration } = await loadConfiguration(file);
  return configuration;
}
