import { timestamp } from '../clock.ts';
import { configurationHash } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Services } from '../services.ts';
import type { ConfigurationInForce } from '../store/ports.ts';

export interface Activation {
  readonly inForce: ConfigurationInForce;
  /** The one before; `undefined` for the first. */
  readonly previous: ConfigurationInForce | undefined;
}

/** Makes a configuration the one in force. Every writer uses it from now on; resources are brought to it by runs. */
export async function activateConfiguration(
  { store, clock }: Pick<Services, 'store' | 'clock'>,
  configuration: Configuration,
  activatedBy: string,
): Promise<Activation> {
  const previous = await store.configuration.inForce();
  const hash = configurationHash(configuration);
  if (previous?.hash === hash) return { inForce: previous, previous };
  const inForce = { hash, document: configuration, activatedAt: timestamp(clock), activatedBy };
  await store.configuration.activate(inForce);
  return { inForce, previous };
}
