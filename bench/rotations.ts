/**
 * Simulates rotations with lost and repeated events, dying functions and missing answers, and checks that each rotation
 * reaches its readers exactly once. Then counts the calls from an event to the start of a deployment. `npm run
 * bench:rotations -- 10000 [SEED]` for another number of rotations and seed; the default is 400 from seed 1. Exits with
 * 1 if a promise is broken, or a start takes more than six calls.
 */

import { callsToStart, createSecretEnv, deploy, namedTarget, rotate } from '../tests/fixtures/secret-env.ts';
import { playRotations } from '../tests/simulation/secrets/play.ts';

const wanted = Number(process.argv[2] ?? 400);
const first = Number(process.argv[3] ?? 1);
const mostCalls = 6;
const totals = { rotations: 0, starts: 0, ambiguous: 0, doubled: 0, runs: 0, violations: 0 };
const begun = performance.now();
const cpu = process.cpuUsage();

// The interpreter of state machines throws for each value that it finds, and no code reads the stacks.
const { stackTraceLimit } = Error;
Error.stackTraceLimit = 0;
let seed = first;
for (; totals.rotations < wanted; seed += 1) {
  const { violations, ...played } = await playRotations({ seed });
  for (const key of ['rotations', 'starts', 'ambiguous', 'doubled', 'runs'] as const)
    totals[key] += played[key];
  totals.violations += violations.length;
  for (const { what } of violations) console.error(`seed ${seed}: ${what}`);
}

Error.stackTraceLimit = stackTraceLimit;
const { user, system } = process.cpuUsage(cpu);
const coreSeconds = (user + system) / 1_000_000;
console.log(
  `${totals.rotations} rotations in ${seed - first} seeds, ${totals.runs} executions, ${totals.starts} deployments started, ` +
    `${totals.ambiguous} answers that never came, ${totals.doubled} second starts, ${totals.violations} violations`,
);
console.log(
  `${Math.round((performance.now() - begun) / 1_000)} s, ${(totals.rotations / coreSeconds).toFixed(0)} rotations in a ` +
    'second of one core',
);

let most = 0;
for (const [name, options] of [
  ['that the configuration names', { secretDeployment: namedTarget }],
  ['that was found before', {}],
] as const) {
  const env = await createSecretEnv(options);
  await deploy(env, await rotate(env));
  const { aws, table } = await callsToStart(env, await rotate(env));
  most = Math.max(most, aws.length);
  console.log(
    `One target ${name}: ${aws.length} AWS calls from the event to the start, AssumeRole included (${aws.join(', ')}), ` +
      `and ${table.length} of the table`,
  );
}

process.exitCode = totals.violations === 0 && most <= mostCalls ? 0 : 1;
