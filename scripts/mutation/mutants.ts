import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Logger } from '@stryker-mutator/api/logging';
import { createInstrumenter } from '@stryker-mutator/instrumenter';
import { createInjector } from 'typed-inject';

/** One small change to a source file that a test should notice. */
export interface Mutant {
  /** An id that stays when the rest of the file changes: file, position, mutator and replacement. */
  readonly id: string;
  readonly file: string;
  readonly mutator: string;
  /** Offsets in the file's text. */
  readonly start: number;
  readonly end: number;
  /** Counted from 1. */
  readonly line: number;
  readonly original: string;
  readonly replacement: string;
}

/** Texts are no mutants: most of them are messages, and a test that pins each word makes a message hard to improve. */
const excludedMutations = ['StringLiteral'];

/** All mutants of the files that StrykerJS's mutators support, ordered by file and position. */
export async function listMutants(files: readonly string[]): Promise<readonly Mutant[]> {
  const sources = files.map((name) => ({ name, content: readFileSync(name, 'utf8'), mutate: true }));
  const instrumenter = createInjector().provideValue('logger', silent).injectFunction(createInstrumenter);
  const { mutants } = await instrumenter.instrument(sources, {
    plugins: null,
    excludedMutations,
    ignorers: [],
    noHeader: true,
  });
  const texts = new Map(sources.map(({ name, content }) => [name, content]));
  return mutants
    .filter(({ status }) => status === undefined)
    .map(({ fileName, mutatorName, replacement = '', location }) =>
      toMutant(texts.get(fileName) ?? '', fileName, mutatorName, replacement, location),
    );
}

interface Position {
  /** Counted from 0, as is the column. */
  readonly line: number;
  readonly column: number;
}

function toMutant(
  text: string,
  file: string,
  mutator: string,
  replacement: string,
  { start, end }: { readonly start: Position; readonly end: Position },
): Mutant {
  const from = offsetOf(text, start);
  const to = offsetOf(text, end);
  const digest = createHash('sha256').update(replacement).digest('hex').slice(0, 8);
  return {
    id: `${file}:${start.line + 1}:${start.column + 1}-${end.line + 1}:${end.column + 1} ${mutator} ${digest}`,
    file,
    mutator,
    start: from,
    end: to,
    line: start.line + 1,
    original: text.slice(from, to),
    replacement,
  };
}

const offsetOf = (text: string, { line, column }: Position): number =>
  text
    .split('\n')
    .slice(0, line)
    .reduce((offset, { length }) => offset + length + 1, 0) + column;

const nothing = (): void => undefined;
const never = (): boolean => false;

const silent: Logger = {
  isTraceEnabled: never,
  isDebugEnabled: never,
  isInfoEnabled: never,
  isWarnEnabled: never,
  isErrorEnabled: never,
  isFatalEnabled: never,
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
};

/** The source text with the change made. */
export const mutated = (text: string, { start, end, replacement }: Mutant): string =>
  text.slice(0, start) + replacement + text.slice(end);

/**
 * A sample that depends only on the seed and on the mutants: each mutant has a number of its own, and the lowest
 * numbers are drawn. So a change to one file changes the drawn mutants of that file, and hardly any others.
 */
export function sample(all: readonly Mutant[], size: number, seed: string): readonly Mutant[] {
  const seen = new Map<string, number>();
  const keyed = all.map((mutant) => {
    const { file, mutator, original, replacement } = mutant;
    const text = JSON.stringify([seed, file, mutator, original, replacement]);
    const before = seen.get(text) ?? 0;
    seen.set(text, before + 1);
    return { mutant, key: createHash('sha256').update(`${text}${before}`).digest('hex') };
  });
  return keyed
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .slice(0, size)
    .map(({ mutant }) => mutant);
}
