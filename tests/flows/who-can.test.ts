import { beforeAll, describe, expect, it } from '@jest/globals';
import { listWhoCan, type WhoCanRequest } from '../../shared/reconcile/who-can.ts';
import { type MemberEnv, onboardMember, withMemberRoles } from '../fixtures/member-env.ts';
import { security, shared } from '../fixtures/small-configuration.ts';

const key = '1234abcd-12ab-34cd-56ef-1234567890ab';

describe('after an account is onboarded', () => {
  let env: MemberEnv;
  beforeAll(async () => {
    env = await onboardMember(withMemberRoles());
  });

  const list = (request: Omit<WhoCanRequest, 'runId'>) =>
    listWhoCan(env.services, { runId: 'who-can-1', ...request });

  it('names the member role when its trust policy is as configured', async () => {
    const { entries, unread } = await list({ resource: `arn:aws:iam::${env.id}:role/people/ReadOnly` });

    expect(unread).toEqual([]);
    expect(entries).toContainEqual(
      expect.objectContaining({ accountId: security, memberRole: 'people/ReadOnly', managed: true }),
    );
    expect(entries).toContainEqual(expect.objectContaining({ group: 'Readers', grant: 'people' }));
  });

  it('calls a trust policy unmanaged when another tool has changed it', async () => {
    const arn = `arn:aws:iam::${env.id}:role/deploy/Deployer`;
    const role = env.organization.world.roles.get(arn);
    if (role === undefined) throw new Error('There is no role');
    const Principal = { AWS: `arn:aws:iam::${security}:root` };
    const statement = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' };
    role.trust = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    const { entries } = await list({ resource: arn });

    const trusted = entries.filter(({ policy }) => policy.startsWith('trust'));
    expect(trusted).toEqual([
      expect.objectContaining({ accountId: security, managed: false, status: 'allowed' }),
    ]);
  });

  it('lists unmanaged grants when a key has them', async () => {
    const resource = `arn:aws:kms:eu-west-1:${shared}:key/${key}`;
    const grantee = `arn:aws:iam::${env.id}:role/other/Volume`;
    const grant = { id: 'g-1', name: 'volume', grantee, constraints: undefined };
    env.organization.world.grants.set(resource, [{ ...grant, operations: ['Decrypt'] }]);
    const { entries } = await list({ resource, action: 'kms:Decrypt' });

    expect(entries).toContainEqual(
      expect.objectContaining({
        role: 'other/Volume',
        policy: 'grant volume of the key',
        managed: false,
        status: 'allowed',
      }),
    );
    expect(entries).toContainEqual(
      expect.objectContaining({ role: 'app/Web', accountId: env.id, grant: 'key', status: 'allowed' }),
    );
    const described = await list({ resource, action: 'kms:DescribeKey' });
    expect(described.entries.some(({ role }) => role === 'other/Volume')).toBe(false);
  });

  it('reports that the role does not exist when it was deleted', async () => {
    const resource = `arn:aws:iam::${env.id}:role/app/Web`;
    env.organization.world.roles.delete(resource);

    expect((await list({ resource })).missing).toContain(`the role ${resource} does not exist yet`);
  });
});
