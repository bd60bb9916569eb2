import { play } from './accounts/play.ts';
import { simulate } from './command.ts';

/**
 * `npm run simulate -- [--seeds N] [--seed S] [--only accounts|rotations|readiness] [--accounts A] [--history]`: plays
 * random organizations, and the secrets of others, and prints the broken promises. Exits with 1 if a promise was
 * broken, and with 64 for wrong options.
 */
const args = process.argv.slice(2);
// The interpreter of state machines throws for each value that it finds. Stacks are read only in a replay.
if (!args.includes('--history')) Error.stackTraceLimit = 0;
process.exitCode = await simulate(args, { log: console.log, error: console.error, play });
