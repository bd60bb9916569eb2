import { filesIn } from '../../tests/fixtures/source/imports.ts';

/** Suites that need a server, a package or a process of their own are slow and notice few mutants. */
const tooSlow = ['bench', 'cli', 'deployment', 'examples', 'integration', 'runner', 'simulation'];

export const isFlow = (suite: string): boolean => suite.startsWith('tests/flows/');

/** The suites that judge mutants. */
export const allSuites = (): readonly string[] =>
  filesIn('tests').filter(
    (file) => file.endsWith('.test.ts') && !tooSlow.some((folder) => file.startsWith(`tests/${folder}/`)),
  );

/** The result of one suite without a mutant. */
export interface SuiteFacts {
  readonly suite: string;
  readonly milliseconds: number;
  /** Ids of the mutants whose code the suite runs. */
  readonly covers: readonly string[];
}

/** The suites that can notice a mutant: suites of its own folder first, then the quick ones, and the flows last. */
export function suitesFor(
  mutant: { readonly id: string; readonly file: string },
  facts: readonly SuiteFacts[],
): readonly string[] {
  const [, folder = ''] = mutant.file.split('/');
  const rank = ({ suite }: SuiteFacts): number => {
    if (isFlow(suite)) return 2;
    return suite.startsWith(`tests/${folder}/`) ? 0 : 1;
  };
  return facts
    .filter(({ covers }) => covers.includes(mutant.id))
    .toSorted((a, b) => rank(a) - rank(b) || a.milliseconds - b.milliseconds)
    .map(({ suite }) => suite);
}
