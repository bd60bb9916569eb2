import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { play } from '../simulation/play.ts';
import { playRotations } from '../simulation/rotation-play.ts';
import type { Violation } from '../simulation/watch.ts';
import { plantedFaults } from '../tests/planted/faults.ts';
import * as planted from '../tests/simulation/planted.ts';
import * as plantedRotations from '../tests/simulation/planted-rotations.ts';

/**
 * Which layer catches each planted fault, and after how many seeds of the deterministic simulation, as a table of Markdown:
 * `node bench/planted-faults.ts [--seeds N] [--layers] [NAME…]`. With `--layers` it also runs the suites of units and flows
 * that look at a faulty source file, and names the first one that only the fault fails. Exits with 1 if a fault is not caught by the simulation.
 */
const { values, positionals } = parseArgs({
  options: { seeds: { type: 'string', default: '500' }, layers: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const most = Number(values.seeds);
const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));

interface Row {
  readonly name: string;
  readonly title: string;
  readonly area: string;
  /** Plays until a promise is broken. */
  readonly seek: () => Promise<Caught>;
  readonly unit?: string;
  readonly flow?: string;
}

interface Caught {
  readonly seed?: number;
  readonly what?: string | undefined;
}

type Playing = (seed: number) => Promise<{ readonly violations: readonly Violation[] }>;

const seekHere = (playing: Playing) => async (): Promise<Caught> => {
  for (let seed = 1; seed <= most; seed += 1) {
    const { violations } = await playing(seed);
    if (violations.length > 0) return { seed, what: violations[0]?.what };
  }
  return {};
};

/** In a process of its own, whose loader plants the fault into the source. */
const seekPlanted = (name: string) => async (): Promise<Caught> => {
  const args = ['--import', './tests/planted/hook.ts', 'tests/planted/seek.ts', '--seeds', String(most)];
  const { stdout } = await run(process.execPath, args, { cwd: root, env: withFault(name) });
  return JSON.parse(stdout) as Caught;
};

const withFault = (name: string): NodeJS.ProcessEnv => ({ ...process.env, PLANTED_FAULT: name });

const rows: readonly Row[] = [
  ...plantedFaults.map((fault) => ({ ...fault, seek: seekPlanted(fault.name) })),
  ...Object.entries(planted).map(([name, plant]) => ({
    name,
    title: 'between the code and the world',
    area: 'accounts',
    seek: seekHere((seed) => play({ seed, ...plant() })),
  })),
  ...Object.entries(plantedRotations).map(([name, plant]) => ({
    name,
    title: 'between the code and the world',
    area: 'rotations',
    seek: seekHere((seed) => playRotations({ seed, ...plant() })),
  })),
];

/** Whether a suite fails with the fault alone: its first test that does. `-` if nobody asked, or no suite is meant. */
async function failing(name: string, suites: string | undefined): Promise<string> {
  if (!values.layers || suites === undefined) return '-';
  const args = ['tests/planted/layer.ts', name, suites];
  const { stdout } = await run(process.execPath, args, { cwd: root, maxBuffer: 1e8 });
  const { suite } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '{}') as { readonly suite?: string };
  return suite === undefined ? 'no' : `\`${suite.replace(/^tests\/|\.test\.ts$/g, '')}\``;
}

console.log('| Fault | Where | Unit tests | Flows | Simulation: seeds |\n| --- | --- | --- | --- | --- |');
for (const { name, title, area, seek, unit, flow } of rows) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const { seed, what } = await seek();
  if (seed === undefined) process.exitCode = 1;
  const cells = [
    `${title} (\`${name}\`)`,
    area,
    await failing(name, unit),
    await failing(name, flow),
    seed === undefined ? `not in ${most}` : String(seed),
  ];
  console.log(`| ${cells.join(' | ')} |`);
  if (positionals.length > 0) console.log(what ?? '');
}
