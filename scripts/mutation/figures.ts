import { cpus } from 'node:os';
import type { Mutant } from './mutants.ts';

export interface Judged<M extends Pick<Mutant, 'file'> = Pick<Mutant, 'file'>> {
  readonly mutant: M;
  readonly status: 'killed' | 'survived' | 'equivalent';
}

interface Figures {
  readonly mutants: number;
  readonly killed: number;
  readonly survived: number;
  readonly equivalent: number;
  /** Equivalent mutants count as not killed. */
  readonly score: number;
  /** The fraction of equivalent mutants. */
  readonly equivalents: number;
}

export function figuresOf(judged: readonly Judged[]): Figures {
  const count = (wanted: Judged['status']): number => judged.filter(({ status }) => status === wanted).length;
  const mutants = judged.length;
  const [killed, survived, equivalent] = [count('killed'), count('survived'), count('equivalent')];
  return {
    mutants,
    killed,
    survived,
    equivalent,
    score: killed / mutants,
    equivalents: equivalent / mutants,
  };
}

/** A Markdown table with a row for each folder and one for all folders, and the machine. */
export function figuresText(judged: readonly Judged[]): string {
  const folders = Map.groupBy(judged, ({ mutant }) => mutant.file.split('/').slice(0, -1).join('/'));
  const rows = [...folders].sort().map(([folder, own]) => rowOf(`\`${folder}\``, figuresOf(own)));
  return [
    '| Folder | Mutants | Killed | Survived | Equivalent | Score |',
    '|---|---:|---:|---:|---:|---:|',
    ...rows,
    rowOf('all', figuresOf(judged)),
    '',
    `Machine: ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node.js ${process.version}.`,
  ].join('\n');
}

const rowOf = (name: string, { mutants, killed, survived, equivalent, score }: Figures): string =>
  `| ${name} | ${mutants} | ${killed} | ${survived} | ${equivalent} | ${(score * 100).toFixed(1)} % |`;
