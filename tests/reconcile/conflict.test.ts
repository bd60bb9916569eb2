import { expect, it } from '@jest/globals';
import { recordConflict } from '../../shared/reconcile/conflict.ts';

const since = '2026-03-02T09:00:00.000Z';
const clock = { now: () => Date.parse(since) };
const state = { owned: [], generation: 3, updatedAt: 'then' };

/** The error, and what was remembered. */
async function contested(verdict: object, before?: object) {
  const remembered: object[] = [];
  const picture = {
    desired: { key: 'the bucket' },
    state: before,
    remember: async (next: object) => void remembered.push(next),
  };
  return { error: await recordConflict({ clock } as never, picture as never, verdict as never), remembered };
}

it('remembers a conflict when it is found, and names the statements and both changes', async () => {
  const conflict = { since, sids: ['One', 'Two'] };

  const { error, remembered } = await contested(
    { contested: conflict, disputed: { since: '2026-03-01T09:00:00.000Z', sids: [] } },
    state,
  );

  expect(remembered).toEqual([{ ...state, contested: conflict, updatedAt: since }]);
  expect(error.message).toMatch(
    /^the bucket: conflict .* \(One, Two\) were changed externally, restored at 2026-03-01\S+, and found changed again at 2026-03-02\S+/,
  );
  expect(error.fields).toEqual({ resource: 'the bucket', since, sids: ['One', 'Two'] });
});

it('names no first change and no statement when neither is known', async () => {
  const { error } = await contested({ contested: { since, sids: [] } }, state);

  expect(error.message).toContain(
    '(unknown Sids) were changed externally, restored, and found changed again at',
  );
});

it('remembers nothing when the conflict is known, or nothing is known of the resource', async () => {
  const conflict = { since, sids: ['One'] };

  expect((await contested({ contested: conflict }, { ...state, contested: conflict })).remembered).toEqual(
    [],
  );
  expect((await contested({ contested: conflict })).remembered).toEqual([]);
});
