import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Mutant } from './mutants.ts';

interface Result {
  readonly status: 'killed' | 'survived';
  /** The failed test. A mutant that makes a suite hang or crash was also noticed. */
  readonly by?: string;
}

/** The results of earlier runs with the same seed, a line of JSON each. */
export interface Results {
  isKilled(mutant: Mutant): boolean;
  add(mutant: Mutant, result: Result): void;
}

/** A result is valid for the text of the file that it was found with. */
export function openResults(path: string): Results {
  mkdirSync(dirname(path), { recursive: true });
  const killed = new Set(existsSync(path) ? killedIn(readFileSync(path, 'utf8')) : []);
  return {
    isKilled: (mutant) => killed.has(keyOf(mutant)),
    add: (mutant, { status, by }) => {
      const key = keyOf(mutant);
      appendFileSync(path, `${JSON.stringify({ key, status, by })}\n`);
      if (status !== 'survived') killed.add(key);
    },
  };
}

const killedIn = (text: string): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): { key: string; status: string } => JSON.parse(line))
    .filter(({ status }) => status !== 'survived')
    .map(({ key }) => key);

const keyOf = ({ id, file }: Mutant): string =>
  `${createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12)} ${id}`;
