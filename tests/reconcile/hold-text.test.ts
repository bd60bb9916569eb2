import { expect, it } from '@jest/globals';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import { formatResult } from '../../shared/reconcile/hold-text.ts';
import { createBlockedRemovalsError } from '../../shared/reconcile/removal-limit.ts';
import { blockedHolds } from '../fixtures/plan-fixture.ts';

const scope = { configuration: { removalLimits: { accounts: 5, fraction: 0.2 } }, accounts: [] };
const blocked = ['111122223333'];

it('prints the reasons of the holds only when the resource is held', () => {
  const holds = blockedHolds(blocked);

  expect(formatResult('held', { holds })).toBe('removal blocked');
  expect(formatResult('conflict', { holds })).toBe('conflict');
});

it('says that new accounts wait for room only when the policy is also full', () => {
  const alone = createBlockedRemovalsError('the secret', blocked, scope);
  const full = createBlockedRemovalsError('the secret', blocked, scope, new PolicyTooLargeError('full', {}));

  expect(alone.message).not.toContain('some new accounts wait');
  expect(full.message).toContain('keep their access. Meanwhile, some new accounts wait');
});
