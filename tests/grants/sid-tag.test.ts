import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assumeRolePermission } from '../../shared/grants/assume-role-permission.ts';
import type { GrantKind } from '../../shared/grants/contract.ts';
import type { ManagedPolicies } from '../../shared/grants/managed-policies.ts';
import { listRoleAccounts } from '../../shared/grants/role-entries.ts';
import type { SimulatedManagedPolicy } from '../../simulator/simulated-resources.ts';
import { central, context, manyAccounts } from '../fixtures/grants/grant-env.ts';
import { createGrantFixture } from '../fixtures/grants/grant-fixture.ts';
import { casesOf } from '../fixtures/grants/kind-cases.ts';

const kind = assumeRolePermission as GrantKind;
const cases = casesOf(kind);
const people = (more: object = {}, on?: ReturnType<typeof createGrantFixture>['env']) =>
  createGrantFixture(kind, cases, { ...cases.presets.people, ...more }, on);

const sid = 'AccountOnboardingtestExampleAssume';
const sidTag = 'account-onboarding:sid';

function group() {
  const made = people();
  made.holder.make();
  const { organization } = made.env;
  const policy = (): SimulatedManagedPolicy => {
    const [only, ...others] = organization.world.managedPolicies.values();
    if (only === undefined || others.length > 0) throw new Error('There is not one policy');
    return only;
  };
  const text = () =>
    policy().versions.find(({ id }) => id === policy().defaultVersion)?.document ?? 'no document';
  const edit = (document: string): void => {
    const [version] = policy().versions;
    if (version !== undefined) policy().versions = [{ ...version, document }];
  };
  return { ...made, organization, policy, text, edit };
}

const accountsIn = (state: unknown): readonly string[] =>
  (state as ManagedPolicies).policies.flatMap(({ document }) =>
    document.Statement.flatMap((statement) => listRoleAccounts(statement).map(({ accountId }) => accountId)),
  );

const idsOf = (count: number): readonly string[] => manyAccounts(count).map(({ id }) => id);

test('writes the statement without its Sid, stores the Sid in a tag, and recognizes the statement', async () => {
  const fixture = group();

  const { back } = await fixture.bring(manyAccounts(3));
  const again = await fixture.bring(manyAccounts(3));

  expect(fixture.text()).not.toContain('Sid');
  expect(fixture.policy().tags[sidTag]).toBe(sid);
  expect((back as ManagedPolicies).policies[0]?.document.Statement.map(({ Sid }) => Sid)).toEqual([sid]);
  expect([...kind.listGrantedAccounts(fixture.entry, fixture.ref, back, context, []).named]).toEqual(
    idsOf(3),
  );
  expect(again.changed).toBe(false);
});

test('lists ten times as many accounts in ten policies as in one, for any role name', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.boolean(), (length, mfa) => {
      const role = 'r'.repeat(length);
      const fixture = people({ role, mfa });
      const naive = naively(role, mfa);

      expect(fixture.render(kind.empty, manyAccounts(10 * naive))).toMatchObject({ packing: '10 policies' });
      expect(() => fixture.render(kind.empty, manyAccounts(10 * naive + 1))).toThrow(/fit/);
    }),
    { seed: 20_261_128, numRuns: 12 },
  );
});

/** How many accounts one document takes, with one statement that has no Sid. */
function naively(role: string, mfa: boolean): number {
  const size = (count: number): number =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Resource: idsOf(count).map((id) => `arn:aws:iam::${id}:role/${role}`),
          ...(mfa ? { Condition: { Bool: { 'aws:MultiFactorAuthPresent': 'true' } } } : {}),
        },
      ],
    }).length;
  let count = 1;
  while (size(count + 1) <= 6_144) count += 1;
  return count;
}

test('fills a policy to the limit of AWS, so that not one more account fits', async () => {
  const fixture = group();

  const { size } = await fixture.bring(manyAccounts(122));

  expect(fixture.text()).toHaveLength(size);
  expect(size).toBeLessThanOrEqual(6_144);
  expect(size + '"arn:aws:iam::111122223333:role/people/ReadOnly",'.length).toBeGreaterThan(6_144);
});

test('keeps the Sids in a policy without the tag', async () => {
  const fixture = group();
  await fixture.bring(manyAccounts(3));
  delete fixture.policy().tags[sidTag];
  fixture.edit(fixture.text().replace('{"Effect"', `{"Sid":"${sid}","Effect"`));

  const same = await fixture.bring(manyAccounts(3));
  const more = await fixture.bring(manyAccounts(4));

  expect(same.changed).toBe(false);
  expect(accountsIn(more.back)).toEqual(idsOf(4));
  expect(fixture.text()).toContain(sid);
});

test('writes the Sid again when another tool changed the tag, and keeps every account', async () => {
  const fixture = group();
  await fixture.bring(manyAccounts(3));
  fixture.policy().tags[sidTag] = 'Other';

  const { changed, back } = await fixture.bring(manyAccounts(3));

  expect(changed).toBe(true);
  expect(fixture.text()).toContain(sid);
  expect(accountsIn(back)).toEqual(idsOf(3));
});

test.each([
  ['before', 0],
  ['behind', 1],
])('removes a statement without a Sid that another tool added %s the managed one', async (_, index) => {
  const fixture = group();
  const { owned } = await fixture.bring(manyAccounts(3));
  const document = JSON.parse(fixture.text()) as { Statement: object[] };
  const theirs = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  fixture.edit(JSON.stringify({ ...document, Statement: document.Statement.toSpliced(index, 0, theirs) }));

  const { back } = await fixture.bring(manyAccounts(3), owned);

  expect(fixture.text()).not.toContain('s3:GetObject');
  expect(accountsIn(back)).toEqual(idsOf(3));
  expect((await fixture.bring(manyAccounts(3))).changed).toBe(false);
});

test("keeps the tag when another grant's statement becomes the first, and writes that grant's Sid", async () => {
  const fixture = group();
  await fixture.bring(manyAccounts(3));
  const other = people({ name: 'other' }, fixture.env);

  const { back } = await other.bring(manyAccounts(2));

  expect(fixture.policy().tags[sidTag]).toBe(sid);
  expect(fixture.text()).toContain('AccountOnboardingtestOtherAssume');
  expect(accountsIn(back)).toEqual(idsOf(2));
});

test('leaves a policy with another tag unchanged until a listing shows it', async () => {
  const fixture = group();
  await fixture.bring(manyAccounts(3));
  const other = people({ name: 'other' }, fixture.env);
  const before = fixture.text();
  const listed = fixture.organization.intercept(async ({ operation }, proceed) => {
    if (operation === 'ListPolicies') return { Policies: [], IsTruncated: false };
    if (operation === 'ListAttachedGroupPolicies') return { AttachedPolicies: [], IsTruncated: false };
    return proceed();
  });

  await expect(other.bring(manyAccounts(2))).rejects.toMatchObject({
    name: 'ResourceBusyError',
    message: expect.stringMatching(new RegExp(`${central}.*IAM does not list it yet`)),
  });
  const meanwhile = fixture.text();
  listed();
  const { back } = await other.bring(manyAccounts(2));

  expect(meanwhile).toBe(before);
  expect(accountsIn(back)).toEqual(idsOf(2));
});
