import { describe, expect, it } from '@jest/globals';
import { drawCases } from './draw.ts';

describe('the engine and the second opinion', () => {
  const { judged, outcomes, first } = drawCases(3_000, 20_261_130);

  it('agree when 3,000 cases are drawn', () => {
    expect(first).toBeUndefined();
    expect(judged).toBe(3_000);
  });

  it('give each outcome in a tenth of the cases when 3,000 are drawn', () => {
    expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(300);
  });
});
