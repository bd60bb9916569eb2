import { describe, expect, it } from '@jest/globals';
import { compareNewestFirst, createMemberTest, loadContext } from '../../shared/reconcile/context.ts';
import { account } from '../fixtures/member-account.ts';
import { small } from '../fixtures/small-configuration.ts';
import { createEnv } from '../fixtures/test-env.ts';

const unknown = 's3-bucket-policy/222222222222/eu-west-1/other-logs';

describe('picture', () => {
  const pictureWith = async (owned: readonly string[]) => {
    const { services } = await createEnv({ configuration: small(['bucket']) });
    return await loadContext(services, unknown, { managed: { sids: owned } });
  };

  it('returns nothing when no grant names the resource and nothing on it is managed', async () => {
    expect(await pictureWith([])).toBeUndefined();
  });

  it('throws when no grant names the resource and a statement on it is managed', async () => {
    await expect(pictureWith(['AccountOnboardingflowsLogsWrite'])).rejects.toMatchObject({
      name: 'ConfigurationMismatchError',
      message: expect.stringContaining(unknown),
      fields: { resource: unknown },
    });
  });
});

describe('newestFirst', () => {
  it('orders accounts by their last change, and unknown accounts last', () => {
    const changed = (id: string, revision: number) => ({ ...account(id), revision, updatedAt: '' });
    const accounts = [changed('111122223333', 4), changed('222233334444', 7)];

    const ordered = ['333344445555', '111122223333', '222233334444'].sort(
      compareNewestFirst(accounts as never),
    );

    expect(ordered).toEqual(['222233334444', '111122223333', '333344445555']);
  });
});

describe('isMemberOf', () => {
  it('returns whether the registry has the account as a member', () => {
    const closed = account('222233334444', { state: 'SUSPENDED' });
    const isMember = createMemberTest([account('111122223333'), closed] as never);

    expect(['111122223333', '222233334444', '333344445555'].map(isMember)).toEqual([true, false, false]);
  });
});
