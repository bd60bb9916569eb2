import { expect, it } from '@jest/globals';
import type { MakeStore } from '../../fixtures/make-store.ts';

export function memberCheckContract(makeStore: MakeStore): void {
  it('returns the last check of member roles when several were stored', async () => {
    const { memberChecks } = await makeStore();
    const last = { checks: 2, revision: 40, again: ['555566667777'] };

    const before = await memberChecks.get();
    await memberChecks.put({ checks: 1, revision: 0, again: [] });
    await memberChecks.put(last);

    expect(before).toBeUndefined();
    expect(await memberChecks.get()).toEqual(last);
  });
}
