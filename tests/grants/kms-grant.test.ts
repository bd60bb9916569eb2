import { describe, expect, it } from '@jest/globals';
import type { KeyGrant, KeyGrants } from '../../shared/grants/key-grants.ts';
import { kmsGrant } from '../../shared/grants/kms-grant.ts';
import { OwnershipClashError } from '../../shared/iam/errors.ts';
import { accountsOf, context, members } from '../fixtures/grants/grant-env.ts';
import { autoScalingRole } from '../fixtures/grants/key-grant-fixtures.ts';

const fields = {
  name: 'volumes',
  kind: 'kms-grant',
  account: 'shared',
  key: '1234abcd-12ab-34cd-56ef-1234567890ab',
  preset: 'auto-scaling',
  for: { all: true },
};
const ref = { kind: 'kms-grant', accountId: '444455556666', region: 'eu-west-1', id: fields.key };
const mark = (grant: string): string => `account-onboarding/test/${grant}`;

const share = (name: string, ids: readonly string[]) => ({
  entry: kmsGrant.schema.parse({ ...fields, name }),
  accounts: accountsOf(ids),
});

const made = (grant: string, ids: readonly string[]): readonly KeyGrant[] =>
  ids.map((id) => ({
    name: `${mark(grant)}/${id}`,
    id: `id-of-${id}`,
    grantee: autoScalingRole(id),
    operations: ['Decrypt'],
  }));

const render = (actual: KeyGrants, shares: readonly ReturnType<typeof share>[], more: object = {}) =>
  kmsGrant.render({ ref, actual, shares, remembered: [], context, ...more });

describe('the grants of a key', () => {
  it('refuses KMS grants with a managed name that the table does not know when the grant selects no account', () => {
    const actual = { own: made('volumes', members.slice(0, 1)), others: 0 };

    expect(() => render(actual, [share('volumes', [])])).toThrow(OwnershipClashError);
    expect(() => render(actual, [share('volumes', members)])).not.toThrow();
  });

  it('remembers no managed name when a grant selects no account', () => {
    const { owned } = render({ own: [], others: 0 }, [
      share('volumes', []),
      share('others', members.slice(0, 1)),
    ]);

    expect(owned).toEqual([mark('others')]);
  });

  it('orders the KMS grants of a key by name', () => {
    const { next } = render({ own: [], others: 0 }, [
      share('volumes', members.slice(0, 1)),
      share('images', members.slice(0, 1)),
    ]);

    expect(next.own.map(({ name }) => name)).toEqual([
      `${mark('images')}/${members[0]}`,
      `${mark('volumes')}/${members[0]}`,
    ]);
  });

  it('counts unmanaged and kept KMS grants toward the size', () => {
    const old = made('old', members.slice(0, 2));

    const { next, owned, size } = render({ own: old, others: 3 }, [share('volumes', members.slice(0, 1))], {
      remembered: [mark('old')],
      retainFormerGrants: { without: new Set() },
    });

    expect(next.own).toEqual(expect.arrayContaining([...old]));
    expect(owned).toEqual([mark('volumes'), mark('old')]);
    expect(size).toBe(6);
  });
});

it.each(['team', 'a'.repeat(35), 'a+=,.@-_1'])('accepts the custom suffix %s', (customSuffix) => {
  expect(kmsGrant.schema.safeParse({ ...fields, customSuffix }).success).toBe(true);
});

it.each(['', 'a'.repeat(36), ' team', 'team/', '/team'])('refuses the custom suffix "%s"', (customSuffix) => {
  expect(kmsGrant.schema.safeParse({ ...fields, customSuffix }).success).toBe(false);
});

describe('the refusal of grants that nobody remembers', () => {
  it.each([
    [1, 'has a grant with a name', 'create it: account-onboarding/test/volumes/111122223333. Nothing'],
    [2, 'has 2 grants with a name', '/111122223333, account-onboarding/test/volumes/444455556666. Nothing'],
    [4, 'has 4 grants with a name', '/555566667777. Nothing was changed'],
  ])('names at most three KMS grants when there are %i', (count, number, names) => {
    const actual = { own: made('volumes', members.slice(0, count)), others: 0 };
    const act = () => render(actual, []);

    expect(act).toThrow(number);
    expect(act).toThrow(names);
    expect(act).toThrow(
      expect.objectContaining({
        fields: {
          resource: `kms-grant/444455556666/eu-west-1/${fields.key}`,
          grants: actual.own.map(({ name }) => name),
        },
      }),
    );
  });
});

it('removes KMS grants that the configuration does not name when no plan keeps them', () => {
  const { next, owned } = render(
    { own: made('old', members.slice(0, 2)), others: 3 },
    [share('volumes', members.slice(0, 1))],
    { remembered: [mark('old')] },
  );

  expect(next.own.map(({ name }) => name)).toEqual([`${mark('volumes')}/${members[0]}`]);
  expect(owned).toEqual([mark('volumes')]);
});

it('keeps only the KMS grants of a removed grant when the plan keeps former grants', () => {
  const { next } = render(
    { own: [...made('old', members.slice(0, 1)), ...made('volumes', members.slice(0, 2))], others: 0 },
    [share('volumes', members.slice(0, 1))],
    { remembered: [mark('old'), mark('volumes')], retainFormerGrants: { without: new Set() } },
  );

  expect(next.own.map(({ name }) => name)).toEqual([
    `${mark('old')}/${members[0]}`,
    `${mark('volumes')}/${members[0]}`,
  ]);
});
