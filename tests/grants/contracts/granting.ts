import { expect, test } from '@jest/globals';
import type { GrantKind } from '../../../shared/grants/contract.ts';
import {
  listBroughtStatements,
  listGrantedAccounts,
  listNamedAccounts,
} from '../../fixtures/grants/brought-statements.ts';
import { accountsOf, context, members } from '../../fixtures/grants/grant-env.ts';
import type { MakeGrantFixture } from '../../fixtures/grants/grant-fixture.ts';

const [first, second, third] = members;
const two = accountsOf([first, second]);

/** Accounts get what a grant gives, and lose it. */
export function grantingContract(kind: GrantKind, on: MakeGrantFixture): void {
  test('writes the first grant and reads it back unchanged', async () => {
    const { bring } = on();

    const { next, back, owned } = await bring(two);

    expect(kind.isSame(back, next)).toBe(true);
    expect(owned.length).toBeGreaterThan(0);
    expect(listBroughtStatements(kind, back, owned).length).toBeGreaterThan(0);
  });

  test('lists every Sid that it writes', async () => {
    const { bring, entry, ref } = on();

    const { back, owned } = await bring(two);

    const sids = kind.listSids(entry, ref, context);
    for (const { Sid } of listBroughtStatements(kind, back, owned)) expect(sids).toContain(Sid);
  });

  test('changes nothing when the same grant is written again', async () => {
    const { bring } = on();
    const { owned } = await bring(two);

    const again = await bring(two, owned);

    expect(again.changed).toBe(false);
    expect(again.owned).toEqual(owned);
  });

  test('grants access to exactly the named accounts', async () => {
    const made = on();

    const brought = await made.bring(two);

    expect(listGrantedAccounts(kind, made, brought)).toEqual([first, second]);
    expect(
      kind.listGrantedAccounts(made.entry, made.ref, kind.empty, context, brought.owned).named.size,
    ).toBe(0);
  });

  test('removes an account from every managed statement when it is not granted any more', async () => {
    const made = on();
    const { owned } = await made.bring(accountsOf([first, second, third]));

    const brought = await made.bring(accountsOf([first, third]), owned);

    expect(listNamedAccounts(kind, brought.back, owned).has(second)).toBe(false);
    expect(listGrantedAccounts(kind, made, brought)).toEqual([first, third]);
  });

  test('restores the original policy when the last account is removed', async () => {
    const { bring, holder, read } = on();
    const before = await read();
    const others = holder.othersContent();
    const { owned } = await bring(two);

    const { back } = await bring([], owned);

    expect(kind.isSame(back, before)).toBe(true);
    expect(listBroughtStatements(kind, back, owned)).toEqual([]);
    expect(holder.othersContent()).toEqual(others);
  });

  test('keeps a former grant beside new accounts when the plan keeps it, and otherwise removes it', async () => {
    const made = on();
    const { owned } = await made.bring(two);
    const other = { name: 'another' };
    const newAccount = accountsOf([third]);

    const kept = await made.bring(newAccount, owned, { ...other, ...retained() });
    const again = await made.bring(newAccount, kept.owned, { ...other, ...retained() });
    const gone = await made.bring(newAccount, kept.owned, other);

    expect(listGrantedAccounts(kind, made, kept)).toEqual([first, second]);
    expect([...listNamedAccounts(kind, kept.back, kept.owned)]).toEqual(
      expect.arrayContaining([first, second, third]),
    );
    expect(again).toMatchObject({ changed: false, owned: kept.owned });
    expect(listGrantedAccounts(kind, made, gone)).toEqual([]);
    expect(listNamedAccounts(kind, gone.back, gone.owned).has(third)).toBe(true);
  });

  test('removes an account from a former grant that is kept for other accounts', async () => {
    const made = on();
    const { owned } = await made.bring(two);
    const other = { name: 'another', ...retained(first) };

    const kept = await made.bring(accountsOf([third]), owned, other);
    const again = await made.bring(accountsOf([third]), kept.owned, other);
    const none = await made.bring([], kept.owned, { name: 'another', ...retained(first, second) });

    expect(listGrantedAccounts(kind, made, kept)).toEqual([second]);
    expect(again).toMatchObject({ changed: false });
    expect(listGrantedAccounts(kind, made, none)).toEqual([]);
    expect(listNamedAccounts(kind, none.back, none.owned).has(third)).toBe(false);
  });

  test('removes accounts of a current grant even when a former grant is kept', async () => {
    const made = on();
    const { owned } = await made.bring(two);

    const brought = await made.bring(accountsOf([first]), owned, retained());

    expect(listGrantedAccounts(kind, made, brought)).toEqual([first]);
  });
}

const retained = (...without: readonly string[]) => ({ retainFormerGrants: { without: new Set(without) } });
