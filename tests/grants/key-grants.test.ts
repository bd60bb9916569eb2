import { CreateGrantCommand, type KMSClient, ListGrantsCommand } from '@aws-sdk/client-kms';
import { expect, test } from '@jest/globals';
import type { GrantKind } from '../../shared/grants/contract.ts';
import { writeGrants } from '../../shared/grants/key-grants.ts';
import { kmsGrant } from '../../shared/grants/kms-grant.ts';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import { accountsOf, context, manyAccounts, members } from '../fixtures/grants/grant-env.ts';
import { createGrantFixture } from '../fixtures/grants/grant-fixture.ts';
import { autoScalingRole } from '../fixtures/grants/key-grant-fixtures.ts';
import { casesOf } from '../fixtures/grants/kind-cases.ts';

const kind = kmsGrant as GrantKind;

function made() {
  const cases = casesOf(kind);
  const fixture = createGrantFixture(kind, cases, cases.presets['auto-scaling'] ?? {});
  fixture.holder.make();
  const { organization } = fixture.env;
  const grants = () => [...organization.world.grants.values()].flat();
  return { ...fixture, organization, grants };
}

test('names an account without the service-linked role after all other accounts have their KMS grant', async () => {
  const { organization, bring, grants } = made();
  organization.deleteRole(autoScalingRole(members[0]));
  organization.deleteRole(autoScalingRole(members[2]));

  const writing = bring(accountsOf(members));

  await expect(writing).rejects.toMatchObject({
    name: 'InvalidPrincipalError',
    message: expect.stringContaining('create-service-linked-role'),
    fields: { othersWritten: true, accountIds: [members[0], members[2]] },
  });
  expect(grants().map(({ grantee }) => grantee)).toEqual([members[1], members[3]].map(autoScalingRole));
});

test('replaces a KMS grant when its role was deleted and created again', async () => {
  const { organization, bring, grants } = made();
  const { owned } = await bring(accountsOf(members.slice(0, 2)));
  const role = autoScalingRole(members[0]);
  organization.deleteRole(role);
  expect(grants().map(({ grantee }) => grantee)).not.toContain(role);
  organization.addRole({
    accountId: members[0],
    path: '/aws-service-role/autoscaling.amazonaws.com/',
    name: 'AWSServiceRoleForAutoScaling',
    trust: { Version: '2012-10-17', Statement: [] },
  });

  await bring(accountsOf(members.slice(0, 2)), owned);

  expect(grants().map(({ grantee }) => grantee)).toEqual([members[1], members[0]].map(autoScalingRole));
});

test('replaces a managed KMS grant when another tool narrowed it', async () => {
  const { bring, grants, holder, organization, ref } = made();
  const { owned } = await bring(accountsOf(members.slice(0, 1)));
  const [grant] = grants();
  const narrowed = { ...grant, id: 'narrowed', constraints: { SourceArn: 'arn:aws:x' } };
  organization.world.grants.set(`arn:aws:kms:${ref.region}:${ref.accountId}:key/${ref.id}`, [
    narrowed as NonNullable<typeof grant>,
  ]);

  const { back } = await bring(accountsOf(members.slice(0, 1)), owned);

  expect(holder.othersContent()).toEqual([]);
  expect(grants()).toMatchObject([{ name: grant?.name, constraints: undefined }]);
  expect(kind.isSame(back, { own: [], others: 0 })).toBe(false);
});

test('finds KMS grants on every page, and counts unmanaged ones', async () => {
  const { env, ref, bring, read } = made();
  const { kms } = env.clients(ref.region);
  const other = { KeyId: ref.id, GranteePrincipal: autoScalingRole(members[3]) };
  for (let count = 0; count < 230; count += 1)
    await kms.send(new CreateGrantCommand({ ...other, Operations: ['Decrypt'] }));

  const { changed } = await bring(accountsOf(members));

  expect(changed).toBe(true);
  const { own, others } = (await read()) as { own: readonly unknown[]; others: number };
  expect([own.length, others]).toEqual([4, 230]);
  const { Truncated } = await kms.send(new ListGrantsCommand({ KeyId: ref.id, Limit: 100 }));
  expect(Truncated).toBe(true);
});

test('counts unmanaged KMS grants toward the limit, and revokes KMS grants even above the limit', () => {
  const { render } = made();
  const own = manyAccounts(30).map(({ id }) => ({
    name: `account-onboarding/test/example/${id}`,
    id,
    grantee: autoScalingRole(id),
    operations: ['Decrypt'],
  }));
  const full = { own, others: context.limits.grantsPerKey - 10 };
  const remembered = ['account-onboarding/test/example'];

  expect(() => render(full, manyAccounts(31), remembered)).toThrow(PolicyTooLargeError);
  expect(render(full, manyAccounts(29), remembered).size).toBe(context.limits.grantsPerKey + 19);
});

test.each([
  ['room for both: the new grant is created first', 12, ['CreateGrant', 'RevokeGrant']],
  ['no room for both: the old grant is revoked first', 11, ['RevokeGrant', 'CreateGrant']],
])('replaces the KMS grant of one account by that of another on a key with %s', async (_, limit, order) => {
  const sent: string[] = [];
  const kms = {
    send: async (command: object) => void sent.push(command.constructor.name.replace('Command', '')),
  } as unknown as KMSClient;
  const grant = (number: number) => ({ name: `mark/${number}`, grantee: `role-${number}`, operations: [] });
  const from = { own: [{ ...grant(1), id: 'one' }], others: 10 };
  const ref = { kind: 'kms-grant', accountId: '444455556666', region: 'eu-west-1', id: 'key' };

  await writeGrants(kms, ref, { from, to: { own: [grant(2)], others: 10 } }, limit);

  expect(sent).toEqual(order);
});
