import { performance } from 'node:perf_hooks';
import { type Glob, matchesGlob, parseGlob } from '../shared/platform/glob.ts';

/**
 * Patterns that make a matcher backtrack, each with texts of growing length. A text of four times the length should
 * take about four times as long. A matcher that backtracks takes many thousand times as long, or never ends.
 */
const patterns = {
  'stars between hyphens': [`${'*-'.repeat(100)}x`, '-'],
  'stars between letters': [`${'*a'.repeat(100)}x`, 'a'],
  'stars and question marks': [`${'*?'.repeat(100)}x`, 'a'],
  'nested alternatives': [`${'{a,{aa,*}}'.repeat(40)}x`, 'a'],
  'an account name': ['team-*', 'team-orders-'],
} as const;

const lengths = [256, 1_024, 4_096];
const rounds = 5;

/** The fastest of some rounds, in milliseconds. */
function timeOf(glob: Glob, text: string): number {
  const times = Array.from({ length: rounds }, () => {
    const start = performance.now();
    matchesGlob(glob, text);
    return performance.now() - start;
  });
  return Math.min(...times);
}

console.log(
  `pattern                    ${lengths.map((length) => `${length} chars`.padStart(12)).join('')}   growth`,
);
for (const [name, [pattern, unit]] of Object.entries(patterns)) {
  const glob = parseGlob(pattern);
  const times = lengths.map((length) => timeOf(glob, unit.repeat(Math.ceil(length / unit.length))));
  const growth = (times.at(-1) ?? 0) / (times.at(-2) ?? 1);
  const shown = times.map((time) => `${time.toFixed(3)} ms`.padStart(12)).join('');
  console.log(`${name.padEnd(27)}${shown}   × ${growth.toFixed(1)} for 4 × the text`);
}
