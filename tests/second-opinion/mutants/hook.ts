import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { mutantNamed, plant } from './mutants.ts';

/** As a preload: plants the mutant that ENGINE_MUTANT names into the source file that is loaded. */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const mutant = mutantNamed(process.env.ENGINE_MUTANT ?? '');

registerHooks({
  load: (url, context, next) => {
    const loaded = next(url, context);
    if (!url.startsWith('file:') || fileURLToPath(url) !== `${root}${mutant.file}`) return loaded;
    return { ...loaded, source: plant(mutant, textOf(loaded.source)) };
  },
});

const textOf = (source: unknown): string =>
  typeof source === 'string' ? source : new TextDecoder().decode(source as Uint8Array);
