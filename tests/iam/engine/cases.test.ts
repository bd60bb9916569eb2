import { describe, expect, it } from '@jest/globals';
import { authorize } from '../../../shared/iam/authorize.ts';
import { MalformedPolicyError } from '../../../shared/iam/errors.ts';
import { engineCaseFiles, readEngineCases, toAuthorizationInput } from '../../fixtures/iam/engine-cases.ts';

describe.each(engineCaseFiles())('%s', (file) => {
  it.each(readEngineCases(file))('decides the engine case "$name"', (engineCase) => {
    const { statements, unknowns, ...rest } = engineCase.expect;
    if (rest.outcome === 'malformed') {
      expect(() => toAuthorizationInput(engineCase)).toThrow(MalformedPolicyError);
      return;
    }
    const decision = authorize(toAuthorizationInput(engineCase));
    expect(decision).toMatchObject(rest);
    expectEach(decision.statements, statements);
    expectEach(decision.unknowns, unknowns);
  });

  it('names the AWS page that decides each engine case', () => {
    const unnamed = readEngineCases(file).filter(({ name, source }) => !name || !source);
    expect(unnamed).toEqual([]);
  });
});

/** In any order. */
function expectEach(actual: readonly object[], expected: readonly object[] | undefined): void {
  if (expected === undefined) return;
  expect(actual).toHaveLength(expected.length);
  expect(actual).toEqual(expect.arrayContaining(expected.map((each) => expect.objectContaining(each))));
}
