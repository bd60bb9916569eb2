import { describe, expect, it } from '@jest/globals';
import { getGrantKind } from '../../shared/grants/kinds.ts';
import { accountsOf, context, createGrantEnv, members, stranger } from '../fixtures/grants/grant-env.ts';
import { createGrantFixture } from '../fixtures/grants/grant-fixture.ts';
import { casesOf } from '../fixtures/grants/kind-cases.ts';

const kind = getGrantKind('ami-launch-permission');
const image = 'ami-0123456789abcdef0';
const ou = 'ou-abcd-11112222';
const arn = `arn:aws:organizations::${context.managementAccountId}`;
const organizationArn = `${arn}:organization/${context.organizationId}`;
const ouArn = `${arn}:ou/${context.organizationId}/${ou}`;

const inOu = (ids: readonly string[]) =>
  accountsOf(ids).map((each) => ({ ...each, parentIds: ['r-abcd', ou] }));
const everybody = inOu(members);

const cases = casesOf(kind);
const listed = { for: { all: true } };
const held = { match: 'organization', for: { all: true } };
const inUnit = { match: 'ou', for: { ous: [ou] } };

function createWorld() {
  const env = createGrantEnv();
  env.organization.addOu({ id: ou, name: 'Workloads', parentId: env.organization.world.settings.rootId });
  const on = (fields: object) => createGrantFixture(kind, cases, { images: [image], ...fields }, env);
  on(listed).holder.make();
  const shares = () =>
    (env.organization.world.images.get(image)?.launchPermissions ?? []).map(
      ({ UserId, OrganizationArn, OrganizationalUnitArn }) =>
        UserId ?? OrganizationArn ?? OrganizationalUnitArn,
    );
  const share = (...permissions: readonly { UserId?: string; OrganizationArn?: string }[]) => {
    const shared = env.organization.world.images.get(image);
    if (shared !== undefined) shared.launchPermissions = permissions;
  };
  return { on, shares, share };
}

describe('the match of a launch permission', () => {
  it('shares the image with the organization, with OUs, and with accounts again when the configuration changes `match`', async () => {
    const { on, shares } = createWorld();
    const first = await on(held).bring(everybody);
    expect(shares()).toEqual([organizationArn]);
    const second = await on(inUnit).bring(everybody, first.owned);
    expect(shares()).toEqual([ouArn]);
    await on(listed).bring(everybody, second.owned);
    expect(shares()).toEqual([...members]);
  });

  it('writes nothing for a new account when the image is shared with the organization', async () => {
    const { on } = createWorld();
    const { owned } = await on(held).bring(everybody);
    expect(await on(held).bring([...everybody, ...inOu(['121212121212'])], owned)).toMatchObject({
      changed: false,
    });
  });

  it('removes launch permissions that the grant added, and keeps unmanaged ones', async () => {
    const { on, shares, share } = createWorld();
    share({ UserId: stranger });
    const { ref, bring } = on(held);
    const { owned, back: actual } = await bring(everybody);
    expect(shares()).toEqual([stranger, organizationArn]);
    const { next } = kind.render({ ref, actual, shares: [], remembered: owned, context });
    expect(next).toEqual({ sharedWith: [stranger] });
  });

  it('keeps an unmanaged share with the organization, and counts the accounts of the organization as granted', async () => {
    const { on, shares, share } = createWorld();
    share({ OrganizationArn: organizationArn });
    const { entry, ref, bring } = on(held);
    const { changed, owned, back } = await bring(everybody);
    expect([changed, owned]).toEqual([false, []]);
    expect(shares()).toEqual([organizationArn]);
    const granted = kind.listGrantedAccounts(entry, ref, back, context, owned);
    expect(granted.listAmong(everybody)).toEqual(members);
  });

  it("fails with EC2's error when an OU does not exist", async () => {
    const { on } = createWorld();
    const wrong = on({ match: 'ou', for: { ous: ['ou-abcd-99999999'] } }).bring([]);
    await expect(wrong).rejects.toThrow('ou-abcd-99999999');
  });
});
