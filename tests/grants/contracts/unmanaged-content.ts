import { expect, test } from '@jest/globals';
import type { GrantKind } from '../../../shared/grants/contract.ts';
import { OwnershipClashError } from '../../../shared/iam/errors.ts';
import { listBroughtStatements, listGrantedAccounts } from '../../fixtures/grants/brought-statements.ts';
import { accountsOf, members } from '../../fixtures/grants/grant-env.ts';
import type { MakeGrantFixture } from '../../fixtures/grants/grant-fixture.ts';

const [first, second] = members;
const two = accountsOf([first, second]);

/** What this installation does not manage keeps its meaning. */
export function unmanagedContentContract(kind: GrantKind, on: MakeGrantFixture): void {
  const forms = [0, 1, 2, 3];

  test.each(forms)('keeps the meaning of unmanaged statements (form %i)', async (form) => {
    const { bring, holder } = on();
    holder.foreign[form]?.put();
    const before = holder.othersContent();

    const { owned } = await bring(two);
    const during = holder.othersContent();
    const { back } = await bring([], owned);

    expect(before).toBeDefined();
    expect(during).toEqual(before);
    expect(holder.othersContent()).toEqual(before);
    expect(listBroughtStatements(kind, back, owned)).toEqual([]);
  });

  test('keeps unmanaged statements that another tool adds, and restores managed statements beside them', async () => {
    const made = on();
    const { bring, holder } = made;
    const { owned } = await bring(two);
    holder.foreign[0]?.put();
    const others = holder.othersContent();

    const brought = await bring(two, owned);

    expect(holder.othersContent()).toEqual(others);
    expect(listGrantedAccounts(kind, made, brought)).toEqual([first, second]);
  });

  const bearsMarks = on().holder.clashes.length > 0;

  test('keeps the access that unmanaged statements give an account on a resource without managed Sids', async () => {
    if (bearsMarks) return;
    const made = on();
    made.holder.give?.(first);
    const before = JSON.stringify(made.holder.content());

    const brought = await made.bring(two);
    await made.bring([], brought.owned);

    expect(listGrantedAccounts(kind, made, brought)).toEqual([second]);
    expect(JSON.stringify(made.holder.content())).toBe(before);
  });

  test('refuses a statement with a managed Sid that the table does not know, and writes nothing', async () => {
    for (const index of on().holder.clashes.keys()) {
      const { bring, holder } = on();
      holder.clashes[index]?.put();
      const before = JSON.stringify(holder.content());

      await expect(bring(two)).rejects.toBeInstanceOf(OwnershipClashError);

      expect(JSON.stringify(holder.content())).toBe(before);
    }
    expect(bearsMarks || on().holder.give !== undefined).toBe(true);
  });
}
