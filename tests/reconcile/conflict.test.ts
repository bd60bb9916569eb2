import { expect, it } from '@jest/globals';
import { judgeConflict, recordConflict } from '../../shared/reconcile/conflict.ts';
import type { Conflict } from '../../shared/store/ports.ts';

const first = '2026-03-01T09:00:00.000Z';
const changedAt = '2026-03-02T09:00:00.000Z';
const state = { managed: { sids: [] } };
const open: Conflict = { strikes: 2, restoredAt: first, changedAt, sids: ['One', 'Two'] };
const strike: Conflict = { strikes: 1, restoredAt: first, changedAt: first, sids: ['One'] };

/** The error, and what was remembered. */
async function record(conflict: Conflict, before?: object) {
  const remembered: object[] = [];
  const context = {
    desired: { key: 'the bucket' },
    state: before,
    remember: async (next: object) => void remembered.push(next),
  };
  return { error: await recordConflict(context as never, conflict), remembered };
}

it('stores a new conflict, and names the statements and both changes', async () => {
  const { error, remembered } = await record(open, { ...state, conflict: strike });

  expect(remembered).toEqual([{ ...state, conflict: open }]);
  expect(error.message).toMatch(
    /^the bucket: conflict .* \(One, Two\) were changed externally, restored at 2026-03-01\S+, and found changed again at 2026-03-02\S+/,
  );
  expect(error.fields).toEqual({
    resource: 'the bucket',
    restoredAt: first,
    changedAt,
    sids: ['One', 'Two'],
  });
});

it('names no statement of a conflict when no statement is known', async () => {
  const { error } = await record({ ...open, sids: [] }, state);

  expect(error.message).toContain('(unknown Sids) were changed externally, restored at');
});

it('stores nothing when the conflict is stored already or the resource has no stored state', async () => {
  expect((await record(open, { ...state, conflict: open })).remembered).toEqual([]);
  expect((await record(open)).remembered).toEqual([]);
});

const judge = (conflict: Conflict | undefined, observed: object, identity?: string) =>
  judgeConflict(
    { state: { ...state, identity: 'made in March', ...(conflict && { conflict }) } } as never,
    { actual: {}, at: Date.parse(changedAt), changed: true, decided: false, ...observed },
    async () => identity,
  );

it('keeps an open conflict when the resource still differs from its desired state', async () => {
  expect(await judge(open, {}, 'made in March')).toBe(open);
});

it.each([
  ['an operator has decided', { decided: true }, 'made in March'],
  ['the resource has its desired state', { changed: false }, 'made in March'],
  ['the resource was deleted and created again', {}, 'made in April'],
])('ends an open conflict when %s', async (_, observed, identity) => {
  expect(await judge(open, observed, identity)).toBeUndefined();
});

it('keeps the first external change when the resource has its desired state, and forgets it when an operator decides', async () => {
  expect(await judge(strike, { changed: false })).toBe(strike);
  expect(await judge(strike, { decided: true })).toBeUndefined();
});
