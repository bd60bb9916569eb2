import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { GrantKind, ResourceRef } from '../../shared/grants/contract.ts';
import { grantKinds } from '../../shared/grants/kinds.ts';
import { findAccountIds } from '../../shared/iam/accounts.ts';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import { toArray } from '../../shared/iam/document.ts';
import { listManagedStatements } from '../../shared/iam/managed-statements.ts';
import { findExposures } from '../../shared/iam/safety.ts';
import type { Account } from '../../shared/platform/account.ts';
import { judgeAccess } from '../../shared/reconcile/judge-access.ts';
import { accountsOf, central, context } from '../fixtures/grants/grant-env.ts';
import { casesOf, entryOf } from '../fixtures/grants/kind-cases.ts';
import { account } from '../fixtures/member-account.ts';

/** Every preset that can be held by a condition. */
const held = grantKinds.flatMap((kind) =>
  Object.entries(casesOf(kind).presets)
    .filter(([, fields]) => kind.schema.safeParse(entryFields(kind, fields, 'organization')).success)
    .map(([preset, fields]) => [`${kind.name} ${preset}`, kind, fields] as const),
);

function entryFields(kind: GrantKind, fields: object, match: string): object {
  return { name: 'example', kind: kind.name, account: 'shared', for: { all: true }, ...fields, match };
}

const ou = 'ou-abcd-11112222';
const places: readonly (readonly string[])[] = [
  ['r-abcd'],
  ['r-abcd', ou],
  ['r-abcd', ou, 'ou-abcd-55556666'],
  ['r-abcd', 'ou-abcd-33334444'],
  ['r-abcd', 'ou-abcd-33334444', ou],
  ['r-abcd', `${ou}0`],
];

const anyPlace = fc.constantFrom(...places);
const anyId = fc.integer({ min: 100_000_000_000, max: 999_999_999_999 }).map(String);

const someone = fc
  .tuple(fc.oneof(anyId, fc.constant(central)), anyPlace, fc.boolean())
  .map(([id, parentIds, left]): Account => {
    const given = { ...account(id), parentIds };
    return left ? { ...given, state: 'DEPARTED' } : given;
  });

/** What is written when these accounts are known; whom it lets in must not depend on them. */
function documentsOf(kind: GrantKind, fields: object, accounts: readonly Account[]) {
  const entry = entryOf(kind, fields);
  const ref = kind.listResources(entry, context)[0] as ResourceRef;
  const shares = [{ entry, accounts: accounts }];
  const { next } = kind.render({ ref, actual: kind.empty, shares, remembered: [], context });
  return { entry, ref, documents: Object.values(kind.toDocuments(next)), next };
}

const mayAll = (kind: GrantKind, fields: object, accounts: readonly Account[], asking: Account): boolean => {
  const { entry, ref, documents } = documentsOf(kind, fields, accounts);
  const accesses = kind.listAccesses(entry, asking, ref, context);
  // The owner of an image needs no grant.
  fc.pre(accesses.length > 0);
  const answers = accesses.map(
    (access) => judgeAccess(documents, kind.policyKind, access).outcome === 'allowed',
  );
  expect(new Set(answers).size).toBe(1);
  return answers[0] === true;
};

const settings = { seed: 20_260_301, numRuns: 60 };

test('renders most presets as a condition, and says why for all other presets', () => {
  const all = grantKinds.flatMap((kind) => Object.keys(casesOf(kind).presets).map((name) => [kind, name]));

  expect(held.length).toBeGreaterThanOrEqual(13);
  expect(held.length).toBeLessThan(all.length);
});

describe.each(held)('%s', (_, kind, fields) => {
  const organization = { ...fields, match: 'organization' };
  const unit = { ...fields, match: 'ou', for: { ous: [ou] } };

  test('gives access to exactly the accounts of the organization, without a list, when `match` is organization', () => {
    fc.assert(
      fc.property(someone, (asking) => {
        const inside = asking.state === 'ACTIVE';
        const owner = asking.id === central && inside ? [asking] : [];
        expect(mayAll(kind, organization, owner, asking)).toBe(inside);
      }),
      settings,
    );
  });

  test('gives access to exactly the accounts in and below the OU when `match` is ou', () => {
    fc.assert(
      fc.property(someone, (asking) => {
        const inside = asking.state === 'ACTIVE' && asking.parentIds.includes(ou);
        const owner = asking.id === central && inside ? [asking] : [];
        expect(mayAll(kind, unit, owner, asking)).toBe(inside);
      }),
      settings,
    );
  });

  test.each([organization, unit])(
    'renders the same policy for any accounts, without naming one (%#)',
    (given) => {
      const some = accountsOf(['111122223333', '444455556666']).map((each) => ({
        ...each,
        parentIds: ['r-abcd', ou],
      }));

      const { next, documents } = documentsOf(kind, given, some);
      const statements = documents.flatMap((document) => document?.Statement ?? []);

      expect(kind.isSame(next, documentsOf(kind, given, []).next)).toBe(true);
      expect(statements.flatMap((statement) => [...findAccountIds(statement)])).toEqual([]);
    },
  );

  test.each([organization, unit])('renders the same Sids as a list of accounts has (%#)', (given) => {
    const sids = (documents: readonly (PolicyDocument | undefined)[]) =>
      documents.flatMap((document) => document?.Statement.map(({ Sid }) => Sid)).sort();

    expect(sids(documentsOf(kind, given, []).documents)).toEqual(
      sids(documentsOf(kind, fields, accountsOf(['111122223333'])).documents),
    );
  });

  test.each([organization, unit])(
    'admits no outside account, because the condition key excludes them (%#)',
    (given) => {
      const ours = documentsOf(kind, given, []).documents.flatMap((document) =>
        listManagedStatements(document, context.installationId),
      );
      const nobody = { accountIds: new Set<string>(), organizationId: context.organizationId };

      expect(findExposures(ours, nobody)).toEqual([]);
      expect(findExposures(ours, { ...nobody, organizationId: 'o-another123' }).length).toBe(ours.length);
      expect(findExposures(ours.map(withoutKeys), nobody)).toHaveLength(ours.length);
    },
  );

  test.each([organization, unit])('renders a policy that S3 does not call public (%#)', (given) => {
    const ours = documentsOf(kind, given, []).documents.flatMap((document) => document?.Statement ?? []);

    for (const statement of ours) expect(fixedKeys(statement)).not.toEqual([]);
  });
});

const organizationKey = /^aws:(principal|source|resource)org(id|paths)$/i;

const withoutKeys = ({ Condition = {}, ...statement }: Statement): Statement => ({
  ...statement,
  Condition: Object.fromEntries(
    Object.entries(Condition).map(([operator, block]) => [
      operator,
      Object.fromEntries(Object.entries(block).filter(([key]) => !organizationKey.test(key))),
    ]),
  ),
});

/**
 * Keys of the organization with fixed values, and nothing but: a value with a wildcard is none (S3 user guide, "The
 * meaning of public").
 */
const fixedKeys = ({ Condition = {} }: Statement): readonly string[] =>
  Object.entries(Condition.StringEquals ?? {})
    .filter(
      ([key, values]) => organizationKey.test(key) && toArray(values).every((v) => !/[*?$]/.test(String(v))),
    )
    .map(([key]) => key);

describe("the resource's own account", () => {
  const principals = held.filter(([name]) => / (decrypt|pull|read|revisions-read|launch)/.test(name));

  test.each(principals)(
    'excludes the account of the resource from the wildcard principal: %s',
    (_, kind, fields) => {
      const accounts = accountsOf(['111122223333', central]);
      const { documents } = documentsOf(kind, { ...fields, match: 'organization' }, accounts);
      const statements = documents.flatMap((document) => document?.Statement ?? []);

      for (const { Principal, Condition } of statements)
        if (Principal !== '*' && Principal?.AWS === '*')
          expect(Condition?.StringNotEquals).toEqual({ 'aws:PrincipalAccount': central });
      expect(JSON.stringify(statements)).toContain(`arn:aws:iam::${central}:root`);
    },
  );
});
