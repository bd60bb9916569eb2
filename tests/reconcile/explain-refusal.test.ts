import { describe, expect, it } from '@jest/globals';
import { InvalidPrincipalError, ThrottledError } from '../../shared/platform/aws/errors.ts';
import {
  classifyDoubt,
  explainRefusal,
  refuseUnlessAccountsChanged,
} from '../../shared/reconcile/explain-refusal.ts';
import type { Suspect } from '../../shared/reconcile/suspect-statements.ts';

const suspect = (state: Suspect['state']): Suspect => ({
  statement: '"Partner"',
  principal: `principal-${state}`,
  state,
  because: `because ${state}`,
});
const [closed, deleted, unknown] = [suspect('closed'), suspect('deleted'), suspect('unknown')];

const refusal = new InvalidPrincipalError('AWS says no', { service: 'kms' });
const ambiguous = new InvalidPrincipalError(
  'wrapped',
  { ambiguous: true },
  new InvalidPrincipalError('AWS says maybe'),
);

function explained(suspects: readonly Suspect[], error: unknown): unknown {
  try {
    return explainRefusal({ desired: { key: 'bucket' }, revision: 7 }, suspects)(error);
  } catch (thrown) {
    return thrown;
  }
}

describe('doubtOf', () => {
  it.each([
    ['none', []],
    ['possible', [unknown]],
    ['certain', [unknown, closed]],
    ['certain', [deleted]],
  ])('returns the doubt %s when the suspects are %j', (doubt, suspects) => {
    expect(classifyDoubt(suspects)).toBe(doubt);
  });
});

describe('explainRefusal', () => {
  it('throws the original error when nothing explains it', () => {
    const throttled = new ThrottledError('slow down');

    expect(explained([closed], throttled)).toBe(throttled);
    expect(explained([closed], 'text')).toBe('text');
    expect(explained([], refusal)).toBe(refusal);
  });

  it.each([refusal, ambiguous])('names only certain causes when there are some', (error) => {
    const thrown = explained([closed, deleted, unknown], error);

    expect(thrown).toMatchObject({
      name: 'OrphanedPrincipalError',
      fields: { resource: 'bucket', principals: [closed, deleted, unknown] },
      cause: error,
    });
    expect(String(thrown)).toContain(
      'principal-closed, because closed; the statement "Partner" names principal-deleted',
    );
    expect(String(thrown)).not.toContain('principal-unknown');
  });

  it('names a possible cause when a principal cannot be checked', () => {
    const thrown = explained([unknown], refusal);

    expect(thrown).toMatchObject({
      name: 'InvalidPrincipalError',
      fields: { resource: 'bucket', principals: [unknown], revision: 7 },
      cause: refusal,
    });
    expect(String(thrown)).toContain('the statement "Partner" names principal-unknown');
  });

  it('keeps the message of AWS first when the rejection may have another cause', () => {
    const thrown = explained([unknown], ambiguous);

    expect(thrown).toMatchObject({
      name: 'InvalidPrincipalError',
      fields: { ambiguous: true, resource: 'bucket', principals: [unknown], revision: 7 },
      message: expect.stringMatching(/^AWS says maybe\. .* A possible cause: the statement "Partner"/),
      cause: ambiguous,
    });
  });

  it("names no cause when AWS's message is ambiguous and no statement is suspect", () => {
    const thrown = explained([], new InvalidPrincipalError('AWS says maybe', { ambiguous: true }));

    expect(thrown).toMatchObject({
      name: 'InvalidPrincipalError',
      fields: { ambiguous: true, revision: 7 },
      message: expect.stringMatching(/^AWS says maybe\. /),
    });
    expect(String(thrown)).not.toContain('possible cause');
  });
});

describe('refuseUnlessAccountsChanged', () => {
  const error = { name: 'InvalidPrincipalError', message: 'no', retryable: true, fields: { revision: 7 } };
  const refuse = (change: object, revision: number) => () =>
    refuseUnlessAccountsChanged({ resource: 'bucket', ...change }, revision);

  it('throws when no account has changed since the refusal', () => {
    expect(refuse({ error }, 7)).toThrow(expect.objectContaining({ name: 'OrphanedPrincipalError' }));
  });

  it('says that the document may be the cause when AWS named no cause and no account has changed', () => {
    const maybe = { ...error, fields: { revision: 7, ambiguous: true } };

    expect(refuse({ error: maybe }, 7)).toThrow(
      expect.objectContaining({
        name: 'PolicyRefusedError',
        message: expect.stringMatching(
          /^no\. No account has changed since AWS rejected the document\. .*the document is the cause/,
        ),
      }),
    );
    expect(refuse({ error: maybe }, 8)).not.toThrow();
  });

  it('throws nothing when an account has changed or the error is of another kind', () => {
    expect(refuse({ error }, 8)).not.toThrow();
    expect(refuse({ error: { ...error, name: 'ThrottledError' } }, 7)).not.toThrow();
    expect(refuse({ error: { ...error, fields: undefined } }, 7)).not.toThrow();
    expect(refuse({}, 7)).not.toThrow();
  });
});
