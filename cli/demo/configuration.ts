import { fileURLToPath } from 'node:url';
import { loadConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { type CommonOptions, getConfigurationFile, type Session } from '../command.ts';

/** One's own configuration where it is named, else the example; nobody is there to approve anything. */
export async function loadDemoConfiguration(options: CommonOptions, { io }: Session): Promise<Configuration> {
  const example = fileURLToPath(new URL('../../examples/onboarding.yml', import.meta.url));
  const file = options.config === undefined ? example : getConfigurationFile(options, io);
  const { approval: _, ...configuration } = await loadConfiguration(file);
  return configuration;
}
