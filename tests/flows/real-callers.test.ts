import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { checkAccount } from '../../shared/reconcile/check-account.ts';
import { listWhoCan } from '../../shared/reconcile/who-can.ts';
import { type MemberEnv, onboardMember, withMemberRoles } from '../fixtures/member-env.ts';
import { moveRole } from '../fixtures/removed-pieces/caller-removals.ts';
import { shared } from '../fixtures/small-configuration.ts';
import { otherServices } from '../fixtures/test-env.ts';
import { createWorldChanges } from '../fixtures/world-changes.ts';

const pipeline = `arn:aws:iam::${shared}:role/Pipeline`;
const changes = createWorldChanges();
let env: MemberEnv;
let checks = 0;

/** Two deployers read revisions: the first is assumed by Pipeline, the second by Pipeline or by a role that no grant is on. */
const memberRole = `
  - { name: deploy/Either, kind: deployer, trusts: { account: shared, roles: [Pipeline, ci/Other] }, for: { ous: [Workloads] } }
`;

beforeAll(async () => {
  const base = withMemberRoles(['deploy', 'revisions'], memberRole);
  const grants = base.grants.map((grant) =>
    grant.name === 'revisions' ? { ...grant, memberRoles: ['Deployer', 'Either'] } : grant,
  );
  env = await onboardMember({ ...base, grants });
});

afterEach(() => changes.undo());

async function checkRevisions() {
  checks += 1;
  const { results } = await checkAccount(otherServices(env), { runId: `check-${checks}`, accountId: env.id });
  const ofRevisions = results.filter(({ what }) => what.startsWith('read deployment revisions'));
  return Object.fromEntries(ofRevisions.map(({ role, status, reason }) => [role, { status, reason }]));
}

it('verifies what deployers do when the roles that assume them have the configured path', async () => {
  expect(await checkRevisions()).toMatchObject({
    'deploy/Deployer': { status: 'verified' },
    'deploy/Either': { status: 'verified' },
  });
});

it('denies what a deployer does when no role that assumes it has the configured path', async () => {
  moveRole(env, changes, pipeline, '/ci/');

  expect(await checkRevisions()).toMatchObject({
    'deploy/Deployer': {
      status: 'denied',
      reason: expect.stringMatching(
        /nobody can work as .*deploy\/Deployer: the role .*:role\/ci\/Pipeline exists, and the configuration expects .*:role\/Pipeline/,
      ),
    },
    'deploy/Either': { status: 'verified' },
  });
});

it('denies what a deployer does when the role that assumes it does not exist', async () => {
  changes.remove(env.organization.world.roles, pipeline);

  expect(await checkRevisions()).toMatchObject({
    'deploy/Deployer': {
      status: 'denied',
      reason: expect.stringMatching(/nobody can work as .*does not exist/),
    },
  });
});

const whoCanDeploy = async () => {
  const resource = `arn:aws:iam::${env.id}:role/deploy/Deployer`;
  const { entries } = await listWhoCan(otherServices(env), { runId: 'who-can', resource });
  return entries.filter(({ grant }) => grant === 'deploy');
};

it('lists the caller as allowed in who-can when it has the path that the trust policy names', async () => {
  expect(await whoCanDeploy()).toEqual([expect.objectContaining({ role: 'Pipeline', status: 'allowed' })]);
});

it('lists the caller with its real path as denied in who-can when the trust policy names another path', async () => {
  moveRole(env, changes, pipeline, '/ci/');

  expect(await whoCanDeploy()).toEqual([
    expect.objectContaining({
      role: 'ci/Pipeline',
      status: 'denied',
      reason: 'the trust policy does not let the role ci/Pipeline assume it',
    }),
  ]);
});
