import { expect, it } from '@jest/globals';
import { importOrganization } from '../../shared/accounts/registry.ts';
import { checkAccount } from '../../shared/reconcile/check-account.ts';
import { created, moved, workloads } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import { onboardMember, roleOf, withMemberRoles } from '../fixtures/member-env.ts';
import { bucket, key, people, repository } from '../fixtures/small-configuration.ts';
import { createEnv, onboard, type TestEnv } from '../fixtures/test-env.ts';

/** The registry learns what has become of the accounts, and no run follows. */
async function importAll({ store, services, clock }: TestEnv): Promise<void> {
  const { organizations } = services.hub;
  await importOrganization({ registry: store.registry, organizations, clock, random: services.random });
}

async function onboardNew() {
  const env = await createEnv();
  const { id } = created(env);
  await onboard(env, moved(env, id, workloads));
  return { env, id };
}

const check = (env: TestEnv, accountId: string) => checkAccount(env.services, { runId: 'check', accountId });

/** The resources that the lines are about. */
const resourcesOf = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => line.slice(0, line.indexOf(': '))).sort();

it('finds nothing to remove when check is run for an account with its grants', async () => {
  const { env, id } = await onboardNew();

  const { leftovers, readiness } = await check(env, id);

  expect(leftovers).toEqual([]);
  expect(readiness).toMatchObject({ ready: 'unproven' });
});

it('names the statements to remove when check is run for a closed account', async () => {
  const { env, id } = await onboardNew();
  env.organization.closeAccount(id);
  await importAll(env);

  const { leftovers, results } = await check(env, id);

  expect(results).toEqual([]);
  expect(resourcesOf(leftovers)).toEqual([bucket, key, people, repository].sort());
  expect(leftovers[0]).toContain(`names account-`);
  expect(leftovers[0]).toContain('which no grant gives access here. Start a run for the account');
});

it('names the statement to remove when check is run for an account that no grant selects', async () => {
  const { env, id } = await onboardNew();
  env.organization.moveAccount(id, env.organization.world.settings.rootId);
  await importAll(env);

  expect(resourcesOf((await check(env, id)).leftovers)).toEqual([repository]);
});

it('finds nothing to remove when check is run after a run removed the access', async () => {
  const { env, id } = await onboardNew();
  env.organization.closeAccount(id);
  await onboard(env, { accountId: id });

  expect((await check(env, id)).leftovers).toEqual([]);
});

it('calls access unknown when check cannot read the resource of a closed account', async () => {
  const { env, id } = await onboardNew();
  env.organization.closeAccount(id);
  await onboard(env, { accountId: id });
  fault(env, 'GetBucketPolicy', refuse('AccessDenied', 'not you', 403), 100);

  const { leftovers } = await check(env, id);

  expect(leftovers).toEqual([expect.stringMatching(/^s3-bucket-policy.*is unknown: .*cannot be read/)]);
});

it('compares the member roles with the configuration when check is run for an account with roles', async () => {
  const env = await onboardMember(withMemberRoles());
  roleOf(env, 'app/Web').boundaryArn = undefined;

  const { roles } = await check(env, env.id);

  expect(roles.map(({ role, status, reasons }) => [role.name, status, reasons])).toEqual([
    ['people/ReadOnly', 'equal', []],
    ['app/Web', 'different', [expect.stringMatching(/permissions boundary .* is missing/)]],
    ['deploy/Deployer', 'equal', []],
  ]);
});
