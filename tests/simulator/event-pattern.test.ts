import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { matchesPattern } from '../../simulator/event-pattern.ts';

interface Cases {
  readonly cases: readonly { name: string; pattern: unknown; event: unknown; matches: boolean }[];
  readonly refused: readonly { name: string; pattern: unknown; message: string }[];
}

const { cases, refused }: Cases = JSON.parse(
  readFileSync(new URL('../cases/simulator/event-pattern.json', import.meta.url), 'utf8'),
);

describe('an event pattern', () => {
  test.each(cases)(
    'matches events as EventBridge does in the case "$name"',
    ({ pattern, event, matches }) => {
      expect(matchesPattern(pattern, event)).toBe(matches);
    },
  );
});

describe('an event pattern is refused with', () => {
  test.each(refused)('refuses the event pattern "$name"', ({ pattern, message }) => {
    expect(() => matchesPattern(pattern, { source: 'aws.s3' })).toThrow(message);
  });
});
