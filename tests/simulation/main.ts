import { play } from './accounts/play.ts';
import { simulate } from './command.ts';

/**
 * `npm run simulate -- [--seeds N] [--seed S] [--only accounts|rotations|readiness] [--accounts A] [--history]`: plays random fates
 * of random organizations, and of the secrets in others, and says which promises were broken. Exits with 1 where one was,
 * and with 64 where it is called wrongly.
 */
const args = process.argv.slice(2);
// The interpreter of state machines throws for each value that it finds: without a replay nobody reads the stacks.
if (!args.includes('--history')) Error.stackTraceLimit = 0;
process.exitCode = await simulate(args, { log: console.log, error: console.error, play });
