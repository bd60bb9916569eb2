import { parseArgs } from 'node:util';
import { play } from '../simulation/accounts/play.ts';
import { playReadiness } from '../simulation/readiness/play.ts';
import { plantedFault } from './faults.ts';
import { seekSeeds } from './seek-seeds.ts';

/** Plays seeds until one breaks a promise, and prints it as JSON: `{"seed": 7, "what": "…"}`, or `{}` if none does. */
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '500' }, from: { type: 'string', default: '1' } },
});
Error.stackTraceLimit = 0;
const seeds = { first: Number(values.from), count: Number(values.seeds) };
const { sort } = plantedFault(process.env.PLANTED_FAULT ?? '');
const playing = sort === 'readiness' ? playReadiness : play;
console.log(JSON.stringify(await seekSeeds((seed) => playing({ seed }), seeds)));
