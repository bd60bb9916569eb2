import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { mutants } from './mutants.ts';

export interface JudgedMutant {
  readonly name: string;
  readonly title: string;
  /** The number of the case at which engine and second opinion disagreed first. */
  readonly noticedAt?: number;
}

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Judges mutants one after the other, each in a process of its own. Without names, all of them. */
export const judgeMutants = (
  names: readonly string[],
  cases: number,
  seed: number,
): readonly JudgedMutant[] =>
  mutants
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map(({ name, title }) => ({ name, title, ...judgeMutant(name, cases, seed) }));

function judgeMutant(name: string, cases: number, seed: number): { readonly noticedAt?: number } {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--import', pathOf('./hook.ts'), pathOf('./notice.ts'), String(cases), String(seed)],
    { env: { ...process.env, ENGINE_MUTANT: name }, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${name}: ${stderr}`);
  return JSON.parse(stdout);
}
