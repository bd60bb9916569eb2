import { parseArgs } from 'node:util';
import { play } from '../../simulation/play.ts';

/** Plays seeds until one breaks a promise, and prints it as JSON: `{"seed": 7, "what": "…"}`, or `{}` if none does. */
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '500' }, from: { type: 'string', default: '1' } },
});
Error.stackTraceLimit = 0;
const first = Number(values.from);
let found: { readonly seed?: number; readonly what?: string | undefined } = {};
for (let seed = first; seed < first + Number(values.seeds) && found.seed === undefined; seed += 1) {
  // A fault may also stop the play itself, which nobody could miss either.
  const broken = await play({ seed }).then(
    ({ violations }) => violations[0]?.what,
    (error: unknown) => `the play ends with ${error}`,
  );
  if (broken !== undefined) found = { seed, what: broken };
}
console.log(JSON.stringify(found));
