import { describe, expect, it } from '@jest/globals';
import { engineCaseFiles, readEngineCases } from '../fixtures/iam/engine-cases.ts';
import { drawCases } from './draw.ts';
import { judge } from './judge.ts';

describe('the engine and the second opinion', () => {
  const { judged, outcomes, first } = drawCases(3_000, 20_261_130);

  it('decides 3,000 drawn cases as the policy engine does', () => {
    expect(first).toBeUndefined();
    expect(judged).toBe(3_000);
  });

  it('draws each outcome in at least a tenth of 3,000 cases', () => {
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(300);
  });
});

/**
 * The engine takes for granted that requests use TLS, and no page says so. It also knows that a key is there whose value is not known; here
 * such a key is unknown.
 */
const unlike = [
  'spares a service when a Deny is for requests without TLS',
  'has aws:TokenIssueTime when the caller is a federated user',
];

it.each(engineCaseFiles())('decides the cases of %s as expected', (file) => {
  const judged = readEngineCases(file)
    .filter(({ name, expect }) => expect.outcome !== 'malformed' && !unlike.includes(name))
    .map(({ name, input, expect: { outcome } }) => ({
      name,
      outcome,
      judged: judge(JSON.parse(JSON.stringify(input))),
    }));

  expect(judged.filter(({ outcome, judged }) => outcome !== judged.outcome)).toEqual([]);
});
