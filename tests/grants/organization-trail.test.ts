import { describe, expect, it } from '@jest/globals';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { listManagedStatements } from '../../shared/iam/managed-statements.ts';
import { findExposures } from '../../shared/iam/safety.ts';
import type { Account } from '../../shared/platform/account.ts';
import { judgeAccess } from '../../shared/reconcile/judge-access.ts';
import { accountsOf, context, members } from '../fixtures/grants/grant-env.ts';
import { createGrantFixture } from '../fixtures/grants/grant-fixture.ts';
import { casesOf, entryOf } from '../fixtures/grants/kind-cases.ts';
import { account } from '../fixtures/member-account.ts';

const presets = grantKinds.flatMap((kind) =>
  Object.entries(casesOf(kind).organizationPresets ?? {}).map(
    ([preset, fields]) => [`${kind.name} ${preset}`, kind, fields] as const,
  ),
);

it('supports organization trails on the bucket and on the key', () => {
  expect(presets.map(([name]) => name)).toEqual([
    's3-bucket-policy organization-cloudtrail-write',
    'kms-key-policy organization-cloudtrail-encrypt',
  ]);
});

describe.each(presets)('%s', (_, kind, fields) => {
  const create = (more: object = {}) => {
    const fixture = createGrantFixture(kind, casesOf(kind), { ...fields, ...more });
    fixture.holder.make();
    return fixture;
  };

  const isEveryAccessAllowed = (who: readonly Account[], asked: object = {}): readonly boolean[] => {
    const { entry, ref, render } = create();
    const { next, owned } = render(kind.empty, accountsOf(members));
    const documents = Object.values(kind.toDocuments(next, owned));
    return who
      .flatMap((each) => kind.listAccesses(entryOf(kind, { ...entry, ...asked }), each, ref, context))
      .map((access) => judgeAccess(documents, kind.policyKind, access).outcome === 'allowed');
  };

  it('lets the trail deliver for every account, even one that no run has seen', () => {
    expect(isEveryAccessAllowed([...accountsOf(members), account('121212121212')])).toEqual(
      [...members, '121212121212'].map(() => true),
    );
  });

  it.each([
    ['another trail', { trail: { name: 'other', region: 'eu-west-1' } }],
    ['a trail of another region', { trail: { name: 'audit', region: 'eu-central-1' } }],
  ])('refuses deliveries of %s', (_name, asked) => {
    expect(isEveryAccessAllowed(accountsOf(members), asked)).toEqual(members.map(() => false));
  });

  it('renders one document whatever the accounts are, and writes it once', async () => {
    const { bring } = create();
    expect(await bring(accountsOf([members[0]]))).toMatchObject({ changed: true });
    expect(await bring(accountsOf(members))).toMatchObject({ changed: false });
    expect(await bring([])).toMatchObject({ changed: false });
  });

  it('counts every member as granted when the statements of the trail exist, and none before', () => {
    const { entry, ref, render } = create();
    const departed: Account = { ...account('343434343434'), state: 'DEPARTED' };
    const all = [...accountsOf(members), departed];
    const { next, owned } = render(kind.empty, []);
    const after = kind.listGrantedAccounts(entry, ref, next, context, owned);
    expect(after.listAmong(all)).toEqual(members);
    expect(after.mayAdmit('121212121212')).toBe(true);
    const before = kind.listGrantedAccounts(entry, ref, kind.empty, context, []);
    expect(before.listAmong(all)).toEqual([]);
    expect(before.mayAdmit(members[0])).toBe(false);
  });

  it('admits the management account and no other account', () => {
    const { render } = create();
    const { next, owned } = render(kind.empty, accountsOf(members));
    const ours = Object.values(kind.toDocuments(next, owned)).flatMap((document) =>
      listManagedStatements(document, context.installationId),
    );
    const { organizationId, managementAccountId } = context;
    expect(findExposures(ours, { accountIds: new Set([managementAccountId]), organizationId })).toEqual([]);
    const reasons = findExposures(ours, { accountIds: new Set(members), organizationId });
    expect(new Set(reasons.map(({ sid }) => sid)).size).toBe(ours.length);
  });

  it.each([
    ['some accounts', { for: { accounts: [members[0]] } }],
    ['all but some accounts', { for: { all: true, except: [{ accounts: [members[0]] }] } }],
    ['listed accounts', { match: 'accounts' }],
    ['OUs', { match: 'ou', for: { ous: ['ou-abcd-11112222'] } }],
    ['a trail without its region', { trail: { name: 'audit' } }],
    ['a name that no trail can have', { trail: { name: 'a', region: 'eu-west-1' } }],
  ])('refuses an organization trail for %s', (_name, wrong) => {
    expect(() => entryOf(kind, { ...fields, ...wrong })).toThrow();
  });
});
