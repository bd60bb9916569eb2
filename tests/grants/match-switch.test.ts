import { describe, expect, test } from '@jest/globals';
import { getGrantContext } from '../../shared/configuration/context.ts';
import type { GrantKind } from '../../shared/grants/contract.ts';
import { grantKinds } from '../../shared/grants/kinds.ts';
import type { PolicyDocument } from '../../shared/iam/document.ts';
import { installationOf } from '../../shared/iam/managed-statements.ts';
import type { Account } from '../../shared/platform/account.ts';
import { judgeAccess, listAccesses } from '../../shared/reconcile/judge-access.ts';
import { context, createGrantEnv, manyAccounts } from '../fixtures/grants/grant-env.ts';
import { createGrantFixture } from '../fixtures/grants/grant-fixture.ts';
import { casesOf } from '../fixtures/grants/kind-cases.ts';
import { writtenMemberRoles } from '../fixtures/grants/member-roles.ts';
import { account } from '../fixtures/member-account.ts';
import { configurationWith, onlyResource, planOnly } from '../fixtures/plan-fixture.ts';

const ou = 'ou-abcd-11112222';
const inUnit = (id: string) => account(id, { parentIds: ['r-abcd', ou] });

/** 30 members, all in the OU; the central accounts are among them. */
const everyAccount: readonly Account[] = [
  ...Array.from({ length: 27 }, (_, index) => inUnit(String(500_000_000_000 + index))),
  ...['222233334444', '333344445555', '444455556666'].map(inUnit),
].sort((a, b) => (a.id < b.id ? -1 : 1));

const held = grantKinds.flatMap((kind) =>
  Object.entries(casesOf(kind).presets)
    .map(([preset, fields]) => [`${kind.name} ${preset}`, kind, fields] as const)
    .filter(([, , fields]) => kind.schema.safeParse(entry(kind, fields, 'organization')).success),
);

const configured = (grants: readonly object[], more: object = {}) =>
  configurationWith(grants, { memberRoles: writtenMemberRoles, ...more });

type Declared = 'accounts' | 'ou' | 'organization';

function entry(kind: GrantKind, fields: object, match: Declared): object {
  const selector = match === 'ou' ? { ous: [ou] } : { all: true };
  return { name: 'example', kind: kind.name, account: 'shared', ...fields, for: selector, match };
}

const foreign = {
  Sid: 'Auditors',
  Effect: 'Deny',
  Principal: { AWS: 'arn:aws:iam::444455556666:root' },
  Action: 's3:DeleteBucket',
  Resource: '*',
} as const;

/** Where the kind has one document, an outsider's statement is in it from the beginning. */
const beginning = (kind: GrantKind): unknown =>
  'document' in (kind.empty as object)
    ? { document: { Version: '2012-10-17', Statement: [foreign] } }
    : kind.empty;

const everyStep: readonly Declared[] = [
  'accounts',
  'organization',
  'accounts',
  'ou',
  'organization',
  'ou',
  'accounts',
];

describe.each(held)('%s: changing the match', (_, kind, fields) => {
  test('keeps all access and blocks no removal when `match` changes from a list to a condition and back', () => {
    let actual = beginning(kind);
    let remembered: readonly string[] = [];
    for (const declared of everyStep) {
      const configuration = configured([entry(kind, fields, declared)]);
      const plan = planOnly(configuration, everyAccount, { actual, remembered });
      const documents = Object.values(kind.toDocuments(plan.next));
      const desired = onlyResource(configuration, everyAccount);

      expect(plan.blocked).toEqual([]);
      expect(plan.changed).toBe(true);
      for (const access of everyAccount.flatMap((each) =>
        listAccesses(desired, each, getGrantContext(configuration)),
      ))
        expect(judgeAccess(documents, kind.policyKind, access)).toEqual({ outcome: 'allowed', why: '' });
      expect(
        marksIn(documents).filter((sid) => !plan.owned.includes(sid) && kind.name.endsWith('policy')),
      ).toEqual([]);
      if ('document' in (kind.empty as object)) expect(documents[0]?.Statement[0]).toEqual(foreign);
      expect(
        planOnly(configuration, everyAccount, { actual: plan.next, remembered: plan.owned }).changed,
      ).toBe(false);
      actual = plan.next;
      remembered = plan.owned;
    }
  });
});

const marksIn = (documents: readonly (PolicyDocument | undefined)[]): readonly string[] =>
  documents
    .flatMap((document) => document?.Statement ?? [])
    .flatMap(({ Sid }) => (installationOf(Sid) === 'test' ? [Sid ?? ''] : []));

describe('a grant that is held by the organization', () => {
  const kind = grantKinds.find(({ name }) => name === 'secret-resource-policy') as GrantKind;
  const fields = { preset: 'read', secrets: ['deploy/token'] };
  const planned = (declared: Declared, accounts: readonly Account[], more = {}, settings = {}) =>
    planOnly(configured([entry(kind, fields, declared)], settings), accounts, more);
  const listed = planned('accounts', everyAccount);
  const organization = planned('organization', everyAccount, {
    actual: listed.next,
    remembered: listed.owned,
  });
  const now = { actual: organization.next, remembered: organization.owned };

  test('writes nothing when an account arrives, closes or is rejected and `match` is organization', () => {
    const newAccount = account('600000000000');
    const closed = everyAccount.map((each, index) =>
      index > 5 ? { ...each, state: 'SUSPENDED' as const } : each,
    );
    const excluded = new Set([everyAccount[7]?.id ?? '']);

    for (const [accounts, more] of [
      [[...everyAccount, newAccount], {}],
      [everyAccount.slice(1), {}],
      [closed, {}],
      [everyAccount, { excluded }],
    ] as const)
      expect(planned('organization', accounts, { ...now, ...more })).toMatchObject({
        changed: false,
        added: [],
        blocked: [],
      });
  });

  test('adds no account when a condition becomes a list, so that AWS rejects no new account', () => {
    expect(planned('accounts', everyAccount, now).added).toEqual([]);
  });

  test('keeps the list, and names the accounts, when a condition on an OU would remove too many accounts', () => {
    const elsewhere = everyAccount.map((each, index) =>
      index < 12 ? { ...each, parentIds: ['r-abcd'] } : each,
    );
    const losing = elsewhere.slice(0, 12).map(({ id }) => id);
    const before = { actual: listed.next, remembered: listed.owned };

    const waiting = planned('ou', elsewhere, before);
    const meant = planned('ou', elsewhere, before, { removalLimits: { accounts: 12 } });

    expect(waiting).toMatchObject({ blocked: losing, changed: false });
    expect(JSON.stringify(waiting.next)).not.toContain('OrgPaths');
    expect(meant).toMatchObject({ blocked: [], changed: true });
    expect(JSON.stringify(meant.next)).toContain(`o-exampleorg1/*/${ou}/*`);
  });

  test('keeps the list while removals of departed accounts are blocked, and adds new accounts', () => {
    const departed = everyAccount.map((each, index) =>
      index < 9 ? { ...each, state: 'DEPARTED' as const } : each,
    );
    const newAccount = inUnit('600000000000');
    const before = { actual: listed.next, remembered: listed.owned };

    const plan = planned('organization', [...departed, newAccount], before);

    expect(plan.blocked).toHaveLength(9);
    expect(plan.added).toEqual([newAccount.id]);
    expect(JSON.stringify(plan.next)).toContain('arn:aws:iam::600000000000:root');
  });
});

describe.each(held)('%s: from a condition to a list for a few', (_, kind, fields) => {
  const few = everyAccount.slice(0, 4);
  const narrowed = (declared: 'ou' | 'organization', more: object) => {
    const wide = configured([entry(kind, fields, declared)]);
    const before = planOnly(wide, everyAccount);
    const narrow = { ...entry(kind, fields, 'accounts'), for: { accounts: few.map(({ id }) => id) } };
    return planOnly(configured([narrow], more), everyAccount, {
      actual: before.next,
      remembered: before.owned,
    });
  };

  test.each(['ou', 'organization'] as const)(
    'blocks the removals when a grant with match `%s` becomes a list of a few accounts',
    (from) => {
      const waiting = narrowed(from, {});
      const meant = narrowed(from, { removalLimits: { fraction: 1 } });

      expect(waiting.blocked).toEqual(everyAccount.slice(4).map(({ id }) => id));
      expect(JSON.stringify(waiting.next)).not.toMatch(/Org(ID|Paths)/);
      expect(meant.blocked).toEqual([]);
      expect(meant.removed).toEqual(waiting.blocked);
      expect(JSON.stringify(meant.next)).not.toContain(everyAccount[9]?.id);
    },
  );
});

test('counts no removal of accounts that the condition on the OU never admitted', () => {
  const kind = grantKinds.find(({ name }) => name === 'secret-resource-policy') as GrantKind;
  const fields = { preset: 'read', secrets: ['deploy/token'] };
  const outside = everyAccount.map((each, index) => (index < 26 ? { ...each, parentIds: ['r-abcd'] } : each));
  const before = planOnly(configured([entry(kind, fields, 'ou')]), outside);
  const narrow = { ...entry(kind, fields, 'accounts'), for: { accounts: ['500000000026'] } };

  const plan = planOnly(configured([narrow]), outside, {
    actual: before.next,
    remembered: before.owned,
  });

  expect(plan).toMatchObject({ blocked: [], removed: outside.slice(26, 29).map(({ id }) => id) });
});

describe('permission to assume roles, in several policies', () => {
  const kind = grantKinds.find(({ name }) => name === 'assume-role-permission') as GrantKind;
  const cases = casesOf(kind);
  const everybody = manyAccounts(300);

  test.each([
    ['accounts', 'organization'],
    ['organization', 'accounts'],
  ])("keeps every account's access at every moment when %s becomes %s", async (from, to) => {
    const on = createGrantEnv();
    const first = createGrantFixture(kind, cases, { ...cases.presets.people, match: from }, on);
    const second = createGrantFixture(kind, cases, { ...cases.presets.people, match: to }, on);
    first.holder.make();
    const { owned, back } = await first.bring(everybody);
    expect(Object.keys(kind.toDocuments(back)).length).toBe(from === 'accounts' ? 3 : 1);
    const moments: boolean[] = [];
    on.organization.intercept(async (_, proceed) => {
      const answer = await proceed();
      moments.push(everybodyMay(on, second));
      return answer;
    });

    const { back: after } = await second.bring(everybody, owned);

    expect(moments.length).toBeGreaterThan(5);
    expect(moments).not.toContain(false);
    expect(Object.keys(kind.toDocuments(after)).length).toBe(to === 'accounts' ? 3 : 1);
  });

  function everybodyMay(
    { organization: { world: now } }: ReturnType<typeof createGrantEnv>,
    on: ReturnType<typeof createGrantFixture>,
  ) {
    const [group] = [...now.groups.values()];
    const documents = [...(group?.attached ?? [])].map((arn) => {
      const policy = now.managedPolicies.get(arn);
      const version = policy?.versions.find(({ id }) => id === policy.defaultVersion);
      return JSON.parse(version?.document ?? '{"Statement":[]}') as PolicyDocument;
    });
    return [0, 119, 120, 250, 299].every((index) =>
      kind
        .listAccesses(on.entry, everybody[index] as Account, on.ref, context)
        .every((access) => judgeAccess(documents, kind.policyKind, access).outcome === 'allowed'),
    );
  }
});
