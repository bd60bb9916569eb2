import { describe, expect, it } from '@jest/globals';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import type { ReconcileResult } from '../../shared/reconcile/change-record.ts';
import { LeaseLostError } from '../../shared/reconcile/errors.ts';
import type { ResourcePlan } from '../../shared/reconcile/plan-types.ts';
import { type ReconcileEnd, saveResult } from '../../shared/reconcile/save-result.ts';
import {
  blockedHolds,
  configurationWith,
  graceHolds,
  idsOf,
  members,
  onlyResource,
  planOnly,
  readSecret,
} from '../fixtures/plan-fixture.ts';
import { aReconciliation, aState } from '../fixtures/store-items.ts';

const configuration = configurationWith([readSecret()]);
const desired = onlyResource(configuration, members(2));
const now = Date.parse('2026-03-02T09:00:00.000Z');
const [rejected = ''] = idsOf(members(1));
const since = '2026-03-01T09:00:00.000Z';
const before = aState({ lastReconciliation: aReconciliation({ generation: 4 }) });

/** What is remembered and said of a resource, after a plan and a search for rejected principals. */
async function settled(
  plan: Partial<ResourcePlan> = {},
  more: Partial<ReconcileEnd> = {},
  state?: object,
  check: () => void = () => undefined,
) {
  const remembered: Record<string, unknown>[] = [];
  const whole = { ...planOnly(configuration, members(2)), ...plan };
  const picture = {
    desired,
    active: { configuration, hash: 'h', activatedAt: 'then' },
    revision: 7,
    accounts: [{ id: rejected, name: 'orders-production' }],
    state,
    finish: async (next: Record<string, unknown>, end: unknown) => void remembered.push({ ...next, end }),
  };
  const ended = {
    runId: 'run',
    plan: whole,
    before: desired.kind.empty,
    after: whole.next,
    conflict: undefined,
    identity: undefined,
    readings: undefined,
    excluded: [],
    rejected: [],
    toChange: (result: ReconcileResult) => ({ resource: desired.key, ...result }),
    ...more,
  };
  const lease = { check, finish: (save: (held: object) => Promise<void>) => save({ owner: 'own' }) };
  const done = await saveResult(
    { clock: { now: () => now } } as never,
    picture as never,
    lease as never,
    ended,
  );
  const { end, ...saved } = remembered[0] ?? {};
  return { done, remembered: saved, end };
}

const tooLarge = new PolicyTooLargeError('too large', {});

describe('settle', () => {
  it('stores the revision when the write served all accounts', async () => {
    const { done, remembered } = await settled();

    expect(remembered.lastReconciliation).toEqual({
      runId: 'run',
      at: '2026-03-02T09:00:00.000Z',
      revision: 7,
      activationId: 'h@then',
      grants: ['token'],
      generation: 1,
    });
    expect(Object.entries(remembered).filter(([, value]) => value === undefined)).toEqual([]);
    expect(Object.keys(remembered)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(holds|identity)$/)]),
    );
    expect(done).toMatchObject({ outcome: 'written' });
    expect(done).not.toHaveProperty('holds');
  });

  it('stores the change and releases the lease with the state when a reconciliation ends', async () => {
    const { done, end } = await settled();

    expect(end).toEqual({ runId: 'run', change: done, owner: 'own' });
  });

  it('stores the identity when the kind has one', async () => {
    expect((await settled({}, { identity: 'AROAEXAMPLE' })).remembered).toMatchObject({
      identity: 'AROAEXAMPLE',
    });
  });

  it('stores rejected principals with the revision when AWS rejected an account', async () => {
    const aside = { excluded: [rejected], rejected: [rejected] };

    const { done, remembered } = await settled({}, aside);

    expect(remembered).toMatchObject({
      lastReconciliation: { revision: 7 },
      holds: [{ accountId: rejected, reason: 'rejected-principal', rejectedAt: '2026-03-02T09:00:00.000Z' }],
    });
    expect(done).toMatchObject({ outcome: 'held', wrote: true, holds: [{ accountId: rejected }] });
    expect(done).not.toHaveProperty('error');
  });

  it('stores rejected principals and no revision when not all accounts fit', async () => {
    const aside = { excluded: [rejected], rejected: [rejected] };

    const { done, remembered } = await settled({ refused: tooLarge }, aside, before);

    expect(remembered).toMatchObject({ lastReconciliation: { revision: 0, generation: 5 } });
    expect(remembered).toMatchObject({ holds: [{ accountId: rejected, reason: 'rejected-principal' }] });
    expect(done).toMatchObject({ outcome: 'held', wrote: true, holds: [{ accountId: rejected }] });
  });

  it('stores no revision when not all accounts fit and AWS rejected none', async () => {
    const { done, remembered } = await settled({ refused: tooLarge });

    expect(remembered).toMatchObject({ lastReconciliation: { revision: 0 } });
    expect(remembered).not.toHaveProperty('holds');
    expect(done).toMatchObject({
      outcome: 'held',
      wrote: true,
      error: { name: 'PolicyTooLargeError' },
    });
    expect(done).not.toHaveProperty('holds');
  });

  it('stores and reports blocked removals when they wait for an operator', async () => {
    const { done, remembered } = await settled({ holds: blockedHolds([rejected]) });

    expect(remembered).toMatchObject({
      lastReconciliation: { revision: 7 },
      holds: blockedHolds([rejected]),
    });
    expect(done).toMatchObject({
      outcome: 'held',
      holds: blockedHolds([rejected]),
      error: {
        name: 'UnsafeChangeError',
        message: expect.stringContaining(`at once: orders-production (${rejected}). That is`),
      },
    });
  });

  it('stores the start of each grace period', async () => {
    const holds = graceHolds({ [rejected]: since });

    const { done, remembered } = await settled({ holds });

    expect(remembered).toMatchObject({ holds });
    expect(done).toMatchObject({ outcome: 'written', holds: [{ accountId: rejected, until: since }] });
  });

  it('returns written for a changed resource, and unchanged otherwise', async () => {
    expect((await settled({ changed: true }, {}, before)).done).toMatchObject({ outcome: 'written' });
    expect((await settled({ changed: false }, {}, before)).done).toMatchObject({ outcome: 'unchanged' });
  });

  it('throws before it stores a result when the lease has expired', async () => {
    const ended = () => {
      throw new LeaseLostError('ended', {});
    };

    await expect(settled({}, {}, undefined, ended)).rejects.toThrow(LeaseLostError);
  });
});
