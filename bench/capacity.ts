import { readFileSync, writeFileSync } from 'node:fs';
import { alignColumns } from '../cli/table.ts';
import { parseConfiguration } from '../shared/configuration/load.ts';
import { capacities, resourceCapacities } from './capacity-measure.ts';
import { capacityCells, capacityHeader, capacityPage, mostListed } from './capacity-page.ts';

/**
 * Measures how many accounts fit for each kind, preset, packing and match, compares them with the naive way, and writes
 * docs/capacity.md. Exits with 1 if listed permissions to assume roles hold less than ten times as many accounts as the
 * naive way.
 */
const leastTimes = 10;

const file = (path: string): URL => new URL(`../${path}`, import.meta.url);

const configuration = parseConfiguration(
  readFileSync(file('examples/onboarding.yml'), 'utf8'),
  'examples/onboarding.yml',
);
const measured = { capacities: capacities(configuration), example: resourceCapacities(configuration) };
writeFileSync(file('docs/capacity.md'), capacityPage(measured));

for (const line of alignColumns([capacityHeader, ...measured.capacities.map(capacityCells)]))
  console.log(line);
for (const capacity of measured.capacities) {
  const { title, name, naive = 1 } = capacity;
  if (title !== 'Permission to assume roles' || mostListed(capacity) >= leastTimes * naive) continue;
  console.log(`\nBroken: ${title}, ${name}, takes less than ${leastTimes} times the naive way`);
  process.exitCode = 1;
}
