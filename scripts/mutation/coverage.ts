import { type Profiler, Session } from 'node:inspector/promises';
import { fileOfGeneration } from './harness.ts';
import type { Mutant } from './mutants.ts';

/** The mutants whose code has run since the last call. */
export interface Coverage {
  take(mutants: readonly Mutant[]): Promise<readonly string[]>;
}

/** V8's own block coverage of this thread. Types are stripped in place, so offsets are those of the source. */
export async function startCoverage(): Promise<Coverage> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  return {
    take: async (mutants) => {
      const { result } = await session.post('Profiler.takePreciseCoverage');
      const scripts = new Map(
        result.flatMap((script) => {
          const file = fileOfGeneration(script.url);
          return file === undefined
            ? []
            : [[file, script.functions.flatMap(({ ranges }) => ranges)] as const];
        }),
      );
      return mutants.filter(({ file, start }) => hasRun(scripts.get(file) ?? [], start)).map(({ id }) => id);
    },
  };
}

/** The innermost range around the position says how often it ran. */
function hasRun(ranges: readonly Profiler.CoverageRange[], offset: number): boolean {
  const [innermost] = ranges
    .filter(({ startOffset, endOffset }) => startOffset <= offset && offset < endOffset)
    .toSorted((a, b) => a.endOffset - a.startOffset - (b.endOffset - b.startOffset));
  return innermost !== undefined && innermost.count > 0;
}
