import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { newGeneration, runSuite } from '../../scripts/mutation/harness.ts';
import { allSuites } from '../../scripts/mutation/suites.ts';
import { plantedFault } from './faults.ts';

/**
 * Runs the suites whose path matches a pattern with a planted fault, and prints the first test that only the fault fails:
 * `node tests/planted/layer.ts NAME PATTERN` prints `{"suite": "…", "failed": "…"}`, or `{}` if no test notices the fault.
 */
const [name = '', pattern = ''] = parseArgs({ allowPositionals: true }).positionals;
const fault = plantedFault(name);
const suites = allSuites().filter((suite) => new RegExp(`^${pattern}`).test(suite));
if (suites.length === 0) throw new Error(`No suite matches ${pattern}`);
const planted = { file: fault.file, text: fault.plant(readFileSync(fault.file, 'utf8')) };

let caught: { readonly suite?: string; readonly failed?: string } = {};
for (const suite of suites) {
  newGeneration(planted);
  const failed = await runSuite(suite);
  if (failed === undefined) continue;
  newGeneration();
  // A suite that fails without the fault too says nothing about the fault.
  if ((await runSuite(suite)) !== undefined) continue;
  caught = { suite, failed };
  break;
}
process.stdout.write(`${JSON.stringify(caught)}\n`, () => process.exit());
