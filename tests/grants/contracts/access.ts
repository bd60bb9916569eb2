import { expect, test } from '@jest/globals';
import type { GrantKind } from '../../../shared/grants/contract.ts';
import { coversResource } from '../../../shared/iam/coverage.ts';
import { listManagedStatements } from '../../../shared/iam/managed-statements.ts';
import { findExposures } from '../../../shared/iam/safety.ts';
import { type Account, formatAccount } from '../../../shared/platform/account.ts';
import { judgeAccess } from '../../../shared/reconcile/judge-access.ts';
import { accountsOf, context, members, stranger } from '../../fixtures/grants/grant-env.ts';
import type { MakeGrantFixture } from '../../fixtures/grants/grant-fixture.ts';

const [first, second, third] = members;
const two = accountsOf([first, second]);

/** The granted accounts can do what the grant is for, and nobody else can. */
export function accessContract(kind: GrantKind, on: MakeGrantFixture, unverified: boolean): void {
  const render = () => {
    const { entry, ref, render: rendered } = on();
    const { next, owned } = rendered(kind.empty, two);
    return { entry, ref, documents: Object.values(kind.toDocuments(next, owned)) };
  };

  test.each([first, second])("lets %s perform the grant's actions", (id) => {
    const { entry, ref, documents } = render();
    const [granted] = accountsOf([id]);

    const accesses = kind.listAccesses(entry, granted as Account, ref, context);

    expect(accesses.length > 0).toBe(!unverified);
    for (const access of accesses)
      expect(judgeAccess(documents, kind.policyKind, access)).toEqual({ outcome: 'allowed', why: '' });
  });

  test('names only the account in an access with a central half only, and also a role in an access with two halves', () => {
    const { entry, ref } = render();
    const [granted] = accountsOf([first]);

    for (const { who, what, member } of kind.listAccesses(entry, granted as Account, ref, context))
      if (member === undefined)
        expect([who, what]).toEqual([formatAccount(granted as Account), expect.stringMatching(/^let /)]);
      else expect(`${who} ${what}`).toContain(member.role);
  });

  test.each([third, stranger])('denies %s, which has no grant', (id) => {
    const { entry, ref, documents } = render();
    const [other] = accountsOf([id]);

    const accesses = kind.listAccesses(entry, other as Account, ref, context);

    for (const access of accesses)
      expect(judgeAccess(documents, kind.policyKind, access).why).toBe('no statement allows it');
  });

  test("lists the resource's ARN for a resource policy, and the principal's ARN for other grants", () => {
    const { entry, ref } = render();
    const [granted] = accountsOf([first]);
    const patterns = kind.listArns(ref, context);

    for (const { request } of kind.listAccesses(entry, granted as Account, ref, context)) {
      const asked =
        kind.policyKind === 'identity' ? `arn:aws:iam::${ref.accountId}:${ref.id}` : request.resource;
      expect({ asked, isCovered: patterns.some((pattern) => coversResource(pattern, asked)) }).toEqual({
        asked,
        isCovered: true,
      });
    }
  });

  test('admits no other account', () => {
    const { documents } = render();
    const ours = documents.flatMap((document) => listManagedStatements(document, context.installationId));
    const { organizationId } = context;

    expect(findExposures(ours, { accountIds: new Set([first, second]), organizationId })).toEqual([]);
    expect(findExposures(ours, { accountIds: new Set([first]), organizationId }).length).toBeGreaterThan(0);
  });
}
