import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { mainFaults, plantedFaults } from '../tests/planted/faults.ts';
import { type Caught, seekSeeds } from '../tests/planted/seek-seeds.ts';
import { play } from '../tests/simulation/accounts/play.ts';
import * as planted from '../tests/simulation/planted.ts';
import * as plantedRotations from '../tests/simulation/planted-rotations.ts';
import { playRotations } from '../tests/simulation/secrets/play.ts';

/**
 * How many seeds of the deterministic simulation catch each planted fault, as a table of Markdown:
 * `node bench/planted-faults.ts [--seeds N] [--layers] [NAME…]`. With `--layers` a second table says which suites of units
 * and flows catch the named faults, or the main faults. Exits with 1 if the simulation should catch a fault and does not.
 */
const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string', default: '300' }, layers: { type: 'boolean', default: false } },
  allowPositionals: true,
});
Error.stackTraceLimit = 0;
const seeds = { first: 1, count: Number(values.seeds) };
const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

interface Row {
  readonly name: string;
  readonly title: string;
  readonly area: string;
  /** Plays until a promise is broken. */
  readonly seek: () => Promise<Caught>;
  readonly repairedBy?: string;
  readonly unit?: string;
  readonly flow?: string;
}

/** In a process of its own, whose loader changes the source. */
const seekPlanted = (name: string) => async (): Promise<Caught> => {
  const args = ['--import', './tests/planted/hook.ts', 'tests/planted/seek.ts', '--seeds', values.seeds];
  const env = { ...process.env, PLANTED_FAULT: name };
  const { stdout } = await run(process.execPath, args, { cwd: root, env });
  return JSON.parse(stdout) as Caught;
};

const between = 'between the code and the world';

const rows: readonly Row[] = [
  ...plantedFaults.map((fault) => ({ ...fault, seek: seekPlanted(fault.name) })),
  ...Object.entries(planted).map(([name, plant]) => ({
    name,
    title: between,
    area: 'accounts',
    seek: () => seekSeeds((seed) => play({ seed, ...plant() }), seeds),
  })),
  ...Object.entries(plantedRotations).map(([name, plant]) => ({
    name,
    title: between,
    area: 'rotations',
    seek: () => seekSeeds((seed) => playRotations({ seed, ...plant() }), seeds),
  })),
];

/** The first suite that fails with the fault alone; `no` if none does. */
async function failing({ name }: Row, suites: string | undefined): Promise<string> {
  if (suites === undefined) return 'none looks at it';
  const args = ['tests/planted/layer.ts', name, suites];
  const { stdout } = await run(process.execPath, args, { cwd: root, maxBuffer: 1e8 });
  const { suite } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}') as { readonly suite?: string };
  return suite === undefined ? 'no' : `\`${suite.replace(/^tests\/|\.test\.ts$/g, '')}\``;
}

const seedText = ({ repairedBy }: Row, { seed }: Caught): string => {
  if (seed !== undefined) return String(seed);
  return repairedBy === undefined ? `not in ${seeds.count}` : `not in ${seeds.count}: ${repairedBy}`;
};

const isAsked = ({ name }: Row): boolean => positionals.length === 0 || positionals.includes(name);
const hasLayers = ({ name }: Row): boolean =>
  values.layers && (positionals.length > 0 || mainFaults.includes(name));

const unknown = positionals.filter((name) => !rows.some((row) => row.name === name));
if (unknown.length > 0) throw new Error(`There is no planted fault ${unknown.join(' or ')}`);

const layerLines: string[] = [];
const seedLines: string[] = [];
for (const row of rows.filter(isAsked)) {
  const caught = await row.seek();
  if (caught.seed === undefined && row.repairedBy === undefined) process.exitCode = 1;
  console.error(`${row.name}: ${seedText(row, caught)} ${caught.what ?? ''}`);
  seedLines.push(`| ${row.title} (\`${row.name}\`) | ${row.area} | ${seedText(row, caught)} |`);
  if (!hasLayers(row)) continue;
  const suites = [await failing(row, row.unit), await failing(row, row.flow)];
  console.error(`${row.name}: ${suites.join(', ')}`);
  layerLines.push(`| \`${row.name}\` | ${suites.join(' | ')} | ${seedText(row, caught)} |`);
}

const table = (head: readonly string[], lines: readonly string[]): string =>
  [`| ${head.join(' | ')} |`, `| ${head.map(() => '---').join(' | ')} |`, ...lines, ''].join('\n');

if (values.layers)
  console.log(table(['Fault', 'Unit tests', 'Flows', 'Simulation: seeds until caught'], layerLines));
console.log(table(['Fault', 'Where', 'Seeds until caught'], seedLines));
