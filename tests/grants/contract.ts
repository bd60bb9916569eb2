import { describe, expect, test } from '@jest/globals';
import type { GrantKind, ResourceRef } from '../../shared/grants/contract.ts';
import { findAccountIds } from '../../shared/iam/accounts.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { OwnershipClashError } from '../../shared/iam/errors.ts';
import { listManagedStatements } from '../../shared/iam/managed-statements.ts';
import { findExposures } from '../../shared/iam/safety.ts';
import type { Account } from '../../shared/platform/account.ts';
import {
  AccessDeniedError,
  PolicyTooLargeError,
  ResourceMissingError,
} from '../../shared/platform/aws/errors.ts';
import { isAllowed } from '../../shared/reconcile/verify.ts';
import {
  accountsOf,
  allowing,
  context,
  createGrantEnv,
  type GrantEnv,
  manyAccounts,
  members,
  stranger,
} from '../fixtures/grants/grant-env.ts';
import { type Brought, createGrantFixture, type GrantFixture } from '../fixtures/grants/grant-fixture.ts';
import type { KindCases } from '../fixtures/grants/kind-cases.ts';

const [first, second, third] = members;
const two = accountsOf([first, second]);

/** What every grant kind promises, for every preset of it. */
export function grantKindContract(kind: GrantKind, cases: KindCases): void {
  describe.each(Object.entries(cases.presets))('%s', (preset, fields) => {
    const on = (given?: GrantEnv) => {
      const made = createGrantFixture(kind, cases, fields, given);
      made.holder.make();
      return made;
    };
    grantsAndRevokes(kind, on);
    leavesOthersAlone(kind, on);
    refuses(kind, () => createGrantFixture(kind, cases, fields), on);
    permits(kind, on, cases.unverified?.includes(preset) ?? false);
    needsItsActions(kind, on);
  });
  test('no action is listed that a full life never uses', async () => {
    const used = await Promise.all(
      Object.values(cases.presets).map((fields) => fullLife(kind, createGrantFixture(kind, cases, fields))),
    );

    expect(new Set(used.flat())).toEqual(new Set(allActions(kind)));
  });
}

type MakeFixture = (env?: GrantEnv) => GrantFixture;

/** Our statements, or those that mean the same as our grants and shares. */
const statementsIn = (kind: GrantKind, state: unknown, owned: readonly string[]) =>
  Object.values(kind.documents(state, owned)).flatMap((document) =>
    listManagedStatements(document, context.installationId),
  );

const namedIn = (kind: GrantKind, state: unknown, owned: readonly string[]): ReadonlySet<string> =>
  new Set(statementsIn(kind, state, owned).flatMap((statement) => [...findAccountIds(statement)]));

const grantedIn = (
  kind: GrantKind,
  { entry, ref }: GrantFixture,
  { back, owned }: Brought,
): readonly string[] => [...kind.granted(entry, ref, back, context, owned)].sort();

function grantsAndRevokes(kind: GrantKind, on: MakeFixture): void {
  test('the first grant is written and read back as it was meant', async () => {
    const { bring } = on();

    const { next, back, owned } = await bring(two);

    expect(kind.same(back, next)).toBe(true);
    expect(owned.length).toBeGreaterThan(0);
    expect(statementsIn(kind, back, owned).length).toBeGreaterThan(0);
  });

  test('the second run changes nothing', async () => {
    const { bring } = on();
    const { owned } = await bring(two);

    const again = await bring(two, owned);

    expect(again.changed).toBe(false);
    expect(again.owned).toEqual(owned);
  });

  test('exactly the accounts that are named have it', async () => {
    const made = on();

    const brought = await made.bring(two);

    expect(grantedIn(kind, made, brought)).toEqual([first, second]);
    expect(kind.granted(made.entry, made.ref, kind.empty, context, brought.owned).size).toBe(0);
  });

  test('an account that leaves is nowhere in our statements', async () => {
    const made = on();
    const { owned } = await made.bring(accountsOf([first, second, third]));

    const brought = await made.bring(accountsOf([first, third]), owned);

    expect(namedIn(kind, brought.back, owned).has(second)).toBe(false);
    expect(grantedIn(kind, made, brought)).toEqual([first, third]);
  });

  test('when the last account leaves, the resource is as it was', async () => {
    const { bring, holder, read } = on();
    const before = await read();
    const others = holder.othersContent();
    const { owned } = await bring(two);

    const { back } = await bring([], owned);

    expect(kind.same(back, before)).toBe(true);
    expect(statementsIn(kind, back, owned)).toEqual([]);
    expect(holder.othersContent()).toEqual(others);
  });

  test('what no grant claims stays beside newcomers where it is to be kept, and else goes', async () => {
    const made = on();
    const { owned } = await made.bring(two);
    const other = { name: 'another' };
    const newcomer = accountsOf([third]);

    const kept = await made.bring(newcomer, owned, { ...other, keepUnclaimed: true });
    const again = await made.bring(newcomer, kept.owned, { ...other, keepUnclaimed: true });
    const gone = await made.bring(newcomer, kept.owned, other);

    expect(grantedIn(kind, made, kept)).toEqual([first, second]);
    expect([...namedIn(kind, kept.back, kept.owned)]).toEqual(expect.arrayContaining([first, second, third]));
    expect(again).toMatchObject({ changed: false, owned: kept.owned });
    expect(grantedIn(kind, made, gone)).toEqual([]);
    expect(namedIn(kind, gone.back, gone.owned).has(third)).toBe(true);
  });

  test('what another grant claims is not kept', async () => {
    const made = on();
    const { owned } = await made.bring(two);

    const brought = await made.bring(accountsOf([first]), owned, { keepUnclaimed: true });

    expect(grantedIn(kind, made, brought)).toEqual([first]);
  });
}

function leavesOthersAlone(kind: GrantKind, on: MakeFixture): void {
  const forms = [0, 1, 2, 3];

  test.each(forms)('what others wrote stays, to the meaning (form %i)', async (form) => {
    const { bring, holder } = on();
    holder.foreign[form]?.put();
    const before = holder.othersContent();

    const { owned } = await bring(two);
    const during = holder.othersContent();
    const { back } = await bring([], owned);

    expect(before).toBeDefined();
    expect(during).toEqual(before);
    expect(holder.othersContent()).toEqual(before);
    expect(statementsIn(kind, back, owned)).toEqual([]);
  });

  test('what others write after our run is read again and kept, and ours comes back beside it', async () => {
    const made = on();
    const { bring, holder } = made;
    const { owned } = await bring(two);
    holder.foreign[0]?.put();
    const others = holder.othersContent();

    const brought = await bring(two, owned);

    expect(holder.othersContent()).toEqual(others);
    expect(grantedIn(kind, made, brought)).toEqual([first, second]);
  });

  const bearsMarks = on().holder.clashes.length > 0;

  test('a resource without marks: what others gave to an account of ours stays theirs', async () => {
    if (bearsMarks) return;
    const made = on();
    made.holder.give?.(first);
    const before = JSON.stringify(made.holder.content());

    const brought = await made.bring(two);
    await made.bring([], brought.owned);

    expect(grantedIn(kind, made, brought)).toEqual([second]);
    expect(JSON.stringify(made.holder.content())).toBe(before);
  });

  test('a clash of marks is refused, and nothing is written', async () => {
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

/** More than any policy holds. */
const tooMany = manyAccounts(2_500);

function refuses(kind: GrantKind, nowhere: MakeFixture, on: MakeFixture): void {
  test('too many accounts are refused with numbers, and nothing is written', async () => {
    const { bring, render, holder, read } = on();
    const before = JSON.stringify(holder.content());

    const error = await bring(tooMany).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(PolicyTooLargeError);
    expect(JSON.stringify(holder.content())).toBe(before);
    const { fit, accounts } = (error as PolicyTooLargeError).fields as { fit: number; accounts: number };
    expect(accounts).toBe(tooMany.length);
    expect((error as PolicyTooLargeError).message).toContain(String(fit));
    const actual = await read();
    const fitting = render(actual, tooMany.slice(0, fit));
    expect(fitting.size).toBeLessThanOrEqual(fitting.limit);
    expect(() => render(actual, tooMany.slice(0, fit + 1))).toThrow(PolicyTooLargeError);
  });

  test('a resource that is not there is missing', async () => {
    const { env: empty, ref, holder } = nowhere();
    const missing = { ...ref, id: holder.missingId };

    const reading = kind.read(empty.clients(ref.region), missing, context);

    await expect(reading).rejects.toBeInstanceOf(ResourceMissingError);
  });
}

function permits(kind: GrantKind, on: MakeFixture, unverified: boolean): void {
  const render = () => {
    const { entry, ref, render: rendered } = on();
    const { next, owned } = rendered(kind.empty, two);
    return { entry, ref, documents: Object.values(kind.documents(next, owned)) };
  };

  test.each([first, second])('%s can do what the grant is for', (id) => {
    const { entry, ref, documents } = render();
    const [granted] = accountsOf([id]);

    const accesses = kind.accesses(entry, granted as Account, ref, context);

    expect(accesses.length > 0).toBe(!unverified);
    for (const access of accesses) expect(isAllowed(documents, access)).toEqual({ allowed: true, why: '' });
  });

  test.each([third, stranger])('%s, which is not granted, cannot', (id) => {
    const { entry, ref, documents } = render();
    const [other] = accountsOf([id]);

    const accesses = kind.accesses(entry, other as Account, ref, context);

    for (const access of accesses) expect(isAllowed(documents, access).why).toBe('no statement allows it');
  });

  test('nobody else is let in', () => {
    const { documents } = render();
    const ours = documents.flatMap((document) => listManagedStatements(document, context.installationId));
    const { organizationId } = context;

    expect(findExposures(ours, { accountIds: new Set([first, second]), organizationId })).toEqual([]);
    expect(findExposures(ours, { accountIds: new Set([first]), organizationId }).length).toBeGreaterThan(0);
  });
}

function needsItsActions(kind: GrantKind, on: MakeFixture): void {
  const { read, write } = kind.actions;
  const all = allActions(kind);

  test('its actions are enough for a full life', async () => {
    await expect(fullLife(kind, on(createGrantEnv(allowing(all))))).resolves.toBeDefined();
  });

  test('so are its permissions, each held to the resource, and they give nothing elsewhere', async () => {
    const { ref, holder } = on();
    const elsewhere = { ...ref, id: holder.missingId };
    const permitted = kind.permissions(ref, context).flatMap(({ actions }) => actions);

    await expect(fullLife(kind, on(createGrantEnv(permitting(kind, ref))))).resolves.toBeDefined();
    const { read: reading } = on(createGrantEnv(permitting(kind, elsewhere)));

    expect(permitted.filter((action) => !all.includes(action))).toEqual([]);
    await expect(reading()).rejects.toBeInstanceOf(AccessDeniedError);
  });

  test('with the actions to read alone, the write is denied, and says who, what and on what', async () => {
    const { bring, holder, ref } = on(createGrantEnv(allowing(read)));
    const before = JSON.stringify(holder.content());

    const error = await bring(two).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AccessDeniedError);
    expectNamed(error as AccessDeniedError, write, ref);
    expect(JSON.stringify(holder.content())).toBe(before);
  });

  test('without its actions to read, the read is denied', async () => {
    const { read: reading, ref } = on(createGrantEnv(allowing(write)));

    const error = await reading().catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(AccessDeniedError);
    expectNamed(error as AccessDeniedError, read, ref);
  });
}

const permitting = (kind: GrantKind, ref: ResourceRef): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: kind.permissions(ref, context).map(({ actions, resources, condition }) => ({
    Effect: 'Allow',
    Action: actions,
    Resource: resources,
    ...(condition === undefined ? {} : { Condition: condition }),
  })),
});

function expectNamed({ message }: AccessDeniedError, actions: readonly string[], ref: ResourceRef): void {
  const action = actions.find((each) => message.startsWith(`${each} on `));
  expect(action).toBeDefined();
  expect(message).toContain(ref.id.split('/').at(-1));
  expect(message).toContain(`account ${ref.accountId}`);
  expect(message).toContain('role spoke');
}

/** From the first account to none, with more updates than a managed policy has versions. @returns the actions used */
const allActions = ({ actions: { read, write, identify = [] } }: GrantKind): readonly string[] => [
  ...read,
  ...write,
  ...identify,
];

async function fullLife(
  kind: GrantKind,
  { env: on, holder, bring, ref }: GrantFixture,
): Promise<readonly string[]> {
  holder.make();
  let owned: readonly string[] = [];
  for (const count of [1, 2, 3, 4, 3, 2, 1, 0])
    owned = (await bring(accountsOf(members.slice(0, count)), owned)).owned;
  await kind.identity?.(on.clients(ref.region), ref, kind.empty);
  return on.used;
}
