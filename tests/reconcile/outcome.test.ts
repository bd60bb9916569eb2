import { describe, expect, it } from '@jest/globals';
import { getOutcome, toErrorOutcome } from '../../shared/reconcile/outcome.ts';

describe('outcomeOfError', () => {
  it.each([
    ['conflict', 'ConflictError'],
    ['busy', 'ResourceBusyError'],
    ['refused', 'MalformedPolicyError'],
    ['refused', 'OrphanedPrincipalError'],
    ['refused', 'OwnershipClashError'],
    ['refused', 'PolicyTooLargeError'],
    ['refused', 'PolicyRefusedError'],
    ['refused', 'RegistryNotReadyError'],
    ['refused', 'UnsafeChangeError'],
    ['failed', 'AccessDeniedError'],
    ['failed', 'Error'],
    ['failed', 7],
    ['failed', undefined],
  ])('returns the outcome %s for an error named %s', (outcome, name) => {
    expect(toErrorOutcome({ name })).toBe(outcome);
  });

  it.each([undefined, null, 'UnsafeChangeError'])(
    'returns the outcome failed when %p was thrown',
    (thrown) => {
      expect(toErrorOutcome(thrown)).toBe('failed');
    },
  );
});

describe('outcomeOfChange', () => {
  const error = { name: 'UnsafeChangeError', message: 'no', retryable: false };

  it.each([
    ['written', { outcome: 'written' as const, error, planned: 'none' as const }],
    ['refused', { error, planned: 'none' as const }],
    ['unchanged', { planned: 'none' as const }],
    ['failed', { planned: 'change' as const }],
    ['failed', {}],
  ])('returns the outcome %s when the change is %j', (outcome, change) => {
    expect(getOutcome({ resource: 'r', ...change })).toBe(outcome);
  });
});
