import { beforeAll, describe, expect, it } from '@jest/globals';
import { AccountNotMemberError } from '../../shared/accounts/errors.ts';
import type { AccessRequest } from '../../shared/iam/request.ts';
import { type AccessExplanation, explainAccess } from '../../shared/reconcile/explain-access.ts';
import { allow, type MemberEnv, onboardMember, withMemberRoles } from '../fixtures/member-env.ts';
import { security, shared } from '../fixtures/small-configuration.ts';

const key = '1234abcd-12ab-34cd-56ef-1234567890ab';
const secretArn = `arn:aws:secretsmanager:eu-west-1:${shared}:secret:web/database-Any123`;
const keyArn = `arn:aws:kms:eu-west-1:${shared}:key/${key}`;

describe('after an account is onboarded', () => {
  let env: MemberEnv;
  beforeAll(async () => {
    env = await onboardMember(withMemberRoles());
  });

  const asRole = (name: string) => ({ type: 'role', arn: `arn:aws:iam::${env.id}:role/${name}` }) as const;
  const explainTo = (request: AccessRequest): Promise<AccessExplanation> =>
    explainAccess(env.services, { runId: 'explain-1', request });
  const readSecret = () =>
    explainTo({ principal: asRole('app/Web'), action: 'secretsmanager:GetSecretValue', resource: secretArn });

  it('answers allowed and names both halves when the role may read the secret', async () => {
    const { outcome, policies, unread } = await readSecret();

    expect({ outcome, unread }).toEqual({ outcome: 'allowed', unread: [] });
    const allowing = policies.filter(({ says }) => says === 'allows').map(({ kind }) => kind);
    expect(allowing).toEqual(expect.arrayContaining(['identity', 'boundary', 'secret']));
  });

  it('answers denied and names the boundary when it does not allow the request', async () => {
    env.organization.addManagedPolicy({ accountId: env.id, name: 'Boundary', document: allow('s3:*') });

    const { outcome, reasons } = await readSecret();
    expect(outcome).toBe('denied');
    expect(reasons.join()).toContain('no permissions boundary allows');
    env.organization.addManagedPolicy({ accountId: env.id, name: 'Boundary', document: allow('*') });
  });

  it('answers denied when the explained role does not exist', async () => {
    const principal = asRole('people/ReadOnly');
    env.organization.world.roles.delete(principal.arn);

    const { outcome, reasons } = await explainTo({ principal, action: 's3:ListAllMyBuckets', resource: '*' });
    expect(outcome).toBe('denied');
    expect(reasons.join()).toContain(`the role ${principal.arn} does not exist`);
  });

  it('answers unknown and lists unread policies when the role is no member role', async () => {
    const principal = asRole('other/Role');
    const { outcome, unread } = await explainTo({ principal, action: 's3:ListAllMyBuckets', resource: '*' });

    expect(outcome).toBe('unknown');
    expect(unread.map(({ kind, of }) => ({ kind, of }))).toEqual([
      { kind: 'identity', of: principal.arn },
      { kind: 'boundary', of: principal.arn },
    ]);
  });

  it('answers unknown when no grant concerns the resource', async () => {
    const resource = `arn:aws:sqs:eu-west-1:${env.id}:jobs`;
    const { outcome, unread } = await explainTo({
      principal: asRole('app/Web'),
      action: 'sqs:SendMessage',
      resource,
    });

    expect(outcome).toBe('unknown');
    expect(unread).toContainEqual(expect.objectContaining({ kind: 'resource', of: resource }));
  });

  it('answers denied when nothing allows the request and the KMS grants were read', async () => {
    const principal = asRole('deploy/Deployer');
    const { outcome, policies } = await explainTo({ principal, action: 'kms:Decrypt', resource: keyArn });

    expect(outcome).toBe('denied');
    expect(policies).toContainEqual(expect.objectContaining({ kind: 'key', says: 'nothing' }));
  });

  it('names an unmanaged KMS grant when it allows the use of the key', async () => {
    const principal = asRole('deploy/Deployer');
    const grant = { id: 'g-1', name: 'volume', grantee: principal.arn, constraints: undefined };
    env.organization.world.grants.set(keyArn, [{ ...grant, operations: ['Decrypt'] }]);

    const { outcome, policies } = await explainTo({ principal, action: 'kms:Decrypt', resource: keyArn });
    expect(outcome).toBe('allowed');
    expect(policies).toContainEqual({ kind: 'key-grant', name: 'grant volume', says: 'allows' });
  });

  it('reads the trust policy when a member role is to be assumed', async () => {
    const { outcome, policies } = await explainTo({
      principal: { type: 'account', accountId: security },
      action: 'sts:AssumeRole',
      resource: `arn:aws:iam::${env.id}:role/deploy/Deployer`,
    });

    expect(outcome).toBe('denied');
    expect(policies).toContainEqual(expect.objectContaining({ kind: 'trust', says: 'nothing' }));
  });

  describe('when a role of a central account assumes a member role', () => {
    const assume = (path: string) =>
      explainTo({
        principal: { type: 'role', arn: `arn:aws:iam::${shared}:role${path}Pipeline` },
        action: 'sts:AssumeRole',
        resource: `arn:aws:iam::${env.id}:role/deploy/Deployer`,
      });

    it('answers allowed when its own policies are read', async () => {
      expect(await assume('/')).toMatchObject({ outcome: 'allowed', unread: [] });
    });

    it('answers denied when the role has another path', async () => {
      const { outcome, reasons } = await assume('/ci/');

      expect(outcome).toBe('denied');
      expect(reasons).toEqual([
        `the role arn:aws:iam::${shared}:role/ci/Pipeline does not exist: arn:aws:iam::${shared}:role/Pipeline has its name`,
      ]);
    });
  });

  it("names the organization's policies when they were not read", async () => {
    const { services } = env;
    const organizations = { send: () => Promise.reject(new Error('AccessDenied')), config: {} };
    const hub = { ...services.hub, organizations: organizations as never };
    const { outcome, unread } = await explainAccess(
      { ...services, hub },
      {
        runId: 'explain-2',
        request: {
          principal: asRole('app/Web'),
          action: 'secretsmanager:GetSecretValue',
          resource: secretArn,
        },
      },
    );

    expect(outcome).toBe('unknown');
    expect(unread.map(({ kind }) => kind)).toEqual(['scp', 'rcp']);
  });

  it('throws when the account of the principal is not in the organization', async () => {
    const principal = { type: 'account', accountId: '999999999999' } as const;
    const asked = explainTo({ principal, action: 'kms:Decrypt', resource: keyArn });

    await expect(asked).rejects.toThrow(AccountNotMemberError);
  });
});
