import { missingMoto, startMoto } from './moto-server.ts';
import { describeWith } from './with-server.ts';

/** `describe` with a moto server. Nothing is wiped between tests but by `reset`. */
export const describeWithMoto = describeWith({ name: 'moto', missing: missingMoto, start: startMoto });
