import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { plantedFault } from './faults.ts';

/** As a preload: plants the fault that PLANTED_FAULT names into the source files that are loaded. */
const root = fileURLToPath(new URL('../..', import.meta.url));
const fault = plantedFault(process.env.PLANTED_FAULT ?? '');

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (!url.startsWith('file:') || fileURLToPath(url) !== `${root}${fault.file}`) return loaded;
    return { ...loaded, source: fault.plant(textOf(loaded.source)) };
  },
});

const textOf = (source: unknown): string =>
  typeof source === 'string' ? source : new TextDecoder().decode(source as Uint8Array);
