import { countUntilDisagreement } from '../draw.ts';

/** Draws cases until engine and second opinion disagree: `node notice.ts CASES SEED` prints `{"noticedAt": 7}`, or `{}`. */
const [cases, seed] = process.argv.slice(2).map(Number);
console.log(JSON.stringify({ noticedAt: countUntilDisagreement(cases ?? 0, seed ?? 1) }));
