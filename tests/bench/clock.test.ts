import { expect, test } from '@jest/globals';
import { filesIn, importsOf } from '../fixtures/source/imports.ts';

test.each(filesIn('bench'))('uses the simulated clock only in %s', (file) => {
  const clocks = importsOf(file).filter(
    ({ from }) => from === 'shared/platform/clock.ts' || from.startsWith('node:timers'),
  );

  expect(clocks.flatMap(({ values }) => values)).not.toContain('systemClock');
  expect(
    clocks.filter(({ from, values }) => from.startsWith('node:timers') && values.includes('setTimeout')),
  ).toEqual([]);
});
