/**
 * Simulates rotations with lost and repeated events, dying runs and answers that never come, and checks that each
 * reaches its readers, once; then counts the calls from an event to the start of a deployment. `npm run bench:rotations -- 10000` for so many rotations; the default is 400.
 */
import { simulateRotations } from '../tests/flows/rotation-seeds.ts';
import { deploy, namedTarget, rotate, rotationWorld } from '../tests/flows/rotations.ts';

const wanted = Number(process.argv[2] ?? 400);
const totals = { rotations: 0, starts: 0, ambiguous: 0, violations: 0 };
const begun = performance.now();

for (let seed = 1; totals.rotations < wanted; seed += 1) {
  const { rotations, starts, ambiguous, violations } = await simulateRotations(seed);
  totals.rotations += rotations;
  totals.starts += starts;
  totals.ambiguous += ambiguous;
  totals.violations += violations.length;
  for (const violation of violations) console.error(`seed ${seed}: ${violation}`);
}

const seconds = Math.round((performance.now() - begun) / 1_000);
console.log(
  `${totals.rotations} rotations, ${totals.starts} deployments started, ${totals.ambiguous} answers that never came, ` +
    `${totals.violations} violations, in ${seconds} s`,
);

for (const [name, rotation] of [
  ['that the configuration names', namedTarget],
  ['that is found', () => ({})],
] as const) {
  const of = await rotationWorld({ rotation });
  const event = await rotate(of);
  of.organisation.resetCalls();
  await deploy(of, event);
  const operations = of.organisation.calls.map(({ operation }) => operation);
  const toStart = operations.slice(0, operations.indexOf('StartDeployment') + 1);
  console.log(
    `One target ${name}: ${toStart.length} AWS calls from the event to the start (${toStart.join(', ')})`,
  );
}

process.exitCode = totals.violations === 0 ? 0 : 1;
