import { describe, expect, test } from '@jest/globals';
import type { GrantKind } from '../../shared/grants/contract.ts';
import { grantKinds } from '../../shared/grants/kinds.ts';
import type { Account } from '../../shared/platform/account.ts';
import { casesOf } from '../fixtures/grants/kind-cases.ts';
import { writtenMemberRoles } from '../fixtures/grants/member-roles.ts';
import { account } from '../fixtures/member-account.ts';
import { configurationWith, onlyResource, planOnly } from '../fixtures/plan-fixture.ts';

const ou = 'ou-abcd-11112222';

/** The resources' own accounts are among the members. */
const members: readonly Account[] = [
  ...['222233334444', '333344445555', '444455556666'].map((id) => account(id)),
  ...Array.from({ length: 9 }, (_, index) => account(String(500_000_000_000 + index))),
].map((each) => ({ ...each, parentIds: ['r-abcd', ou] }));

type Declared = 'ou' | 'organization';

const grantOf = (kind: GrantKind, fields: object, declared: Declared): object => ({
  name: 'example',
  kind: kind.name,
  account: 'shared',
  ...fields,
  for: declared === 'ou' ? { ous: [ou] } : { all: true },
  match: declared,
});

const conditional = grantKinds.flatMap((kind) =>
  Object.entries(casesOf(kind).presets)
    .map(([preset, fields]) => [`${kind.name} ${preset}`, kind, fields] as const)
    .filter(([, , fields]) => kind.schema.safeParse(grantOf(kind, fields, 'organization')).success),
);

const configured = (grant: object, more: object = {}) =>
  configurationWith([grant], { memberRoles: writtenMemberRoles, removalLimits: { fraction: 1 }, ...more });

describe.each(conditional)('%s: the account of the resource', (_, kind, fields) => {
  const grace = { graceHours: 24 };
  const before = (declared: Declared) => {
    const configuration = configured(grantOf(kind, fields, declared));
    const { next, owned } = planOnly(configuration, members);
    const { ref } = onlyResource(configuration, members);
    return { ownId: ref.accountId, now: { actual: next, remembered: owned } };
  };

  test.each(['ou', 'organization'] as const)(
    "keeps access of the resource's own account for the grace period when match `%s` becomes a list without it",
    (declared) => {
      const { ownId, now } = before(declared);
      const stays = members.find(({ id }) => id !== ownId) as Account;
      const list = { ...grantOf(kind, fields, declared), for: { accounts: [stays.id] }, match: 'accounts' };

      const plan = planOnly(configured(list, grace), members, now);

      expect(Object.keys(plan.inGrace)).toEqual(members.filter((each) => each !== stays).map(({ id }) => id));
      expect(plan.removed).toEqual([]);
    },
  );
});
