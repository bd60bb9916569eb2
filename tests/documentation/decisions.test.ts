import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { listPages } from './pages.ts';

const decisions = listPages().filter(({ file }) => /^docs\/decisions\/\d/.test(file));

it.each(decisions)(
  'has a status, an example, a decision and consequences in the decision $file',
  ({ text }) => {
    expect(
      [...text.matchAll(/^\*\*(Status|Example|Decision|Consequences)[:.]/gm)].map(([, part]) => part),
    ).toEqual(['Status', 'Example', 'Decision', 'Consequences']);
  },
);

it('lists every decision in docs/decisions/README.md', () => {
  const listed = [
    ...readFileSync('docs/decisions/README.md', 'utf8').matchAll(/^- \[(\d+)\]\(\S+\) (.*)$/gm),
  ];
  const titles = decisions.map(({ text }) => /^# (\d+)\. (.*)$/m.exec(text)?.slice(1));

  expect(titles.length).toBeGreaterThan(20);
  expect(listed.map(([, number, title]) => [number, title])).toEqual(titles);
});
