import { describe, expect, it } from '@jest/globals';
import { compareNewestFirst, createMemberTest, loadContext } from '../../shared/reconcile/context.ts';
import { createContextReaders } from '../../shared/reconcile/context-readers.ts';
import { account } from '../fixtures/member-account.ts';
import { small } from '../fixtures/small-configuration.ts';
import { createEnv } from '../fixtures/test-env.ts';

const unnamed = 's3-bucket-policy/222222222222/eu-west-1/other-logs';
const unreachable = unnamed.replace('222222222222', '999988887777');

describe('the context of a resource that no grant is for', () => {
  const contextWith = async (owned: readonly string[], key = unreachable) => {
    const { services } = await createEnv({ configuration: small(['bucket']) });
    const readers = createContextReaders(services.store);
    return await loadContext(services, key, { state: { managed: { sids: owned } }, readers });
  };

  it('plans a resource without grants for no account when clearing it is allowed', async () => {
    const context = await contextWith(['AccountOnboardingflowsLogsWrite'], unnamed);

    expect(context?.desired).toMatchObject({ key: unnamed, named: false, shares: [] });
  });

  it('plans nothing when a resource without grants has no managed statement and clearing it is not allowed', async () => {
    expect(await contextWith([])).toBeUndefined();
  });

  it('throws when a resource without grants has a managed statement and clearing it is not allowed', async () => {
    await expect(contextWith(['AccountOnboardingflowsLogsWrite'])).rejects.toMatchObject({
      name: 'ConfigurationMismatchError',
      message: expect.stringContaining(unreachable),
      fields: { resource: unreachable },
    });
  });
});

describe('newestFirst', () => {
  it('orders accounts by their last change, newest first, and puts unknown accounts last', () => {
    const changed = (id: string, revision: number) => ({ ...account(id), revision, updatedAt: '' });
    const accounts = [changed('111122223333', 4), changed('222233334444', 7)];

    const ordered = ['333344445555', '111122223333', '222233334444'].sort(
      compareNewestFirst(accounts as never),
    );

    expect(ordered).toEqual(['222233334444', '111122223333', '333344445555']);
  });
});

describe('isMemberOf', () => {
  it('returns whether an account of the registry is an active member of the organization', () => {
    const closed = account('222233334444', { state: 'SUSPENDED' });
    const isMember = createMemberTest([account('111122223333'), closed] as never);

    expect(['111122223333', '222233334444', '333344445555'].map(isMember)).toEqual([true, false, false]);
  });
});
