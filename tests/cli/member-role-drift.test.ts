import { beforeEach, expect, it } from '@jest/globals';
import { hasUnreadRoles, type MemberRolesRead, readMemberRoleDrift } from '../../cli/member-role-drift.ts';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { type MemberEnv, onboardMember, withMemberRoles } from '../fixtures/member-env.ts';

let env: MemberEnv;

beforeEach(async () => {
  env = await onboardMember(withMemberRoles(['people']));
  env.clock.advance(3_600_000);
});

async function read(again?: readonly string[]): Promise<MemberRolesRead> {
  const { store } = env.services;
  if (again !== undefined) await store.memberChecks.put({ checks: 1, revision: 0, again });
  const accounts = await store.registry.listAccounts();
  return readMemberRoleDrift(env.services, await getActiveConfiguration(store), accounts);
}

const ofAccount = ({ roles }: MemberRolesRead) =>
  roles.filter(({ account }) => account.id === env.id).map(({ status }) => status);

it('reads all accounts when no sweep has checked any', async () => {
  expect(ofAccount(await read())).toEqual(['equal', 'equal', 'equal']);
});

it('reads only the accounts that were not right when a sweep has checked them', async () => {
  const found = await read([env.id]);

  expect(new Set(found.roles.map(({ account }) => account.id))).toEqual(new Set([env.id]));
  expect((await read([])).roles).toEqual([]);
});

it('expects no roles of an account that left their OU, even if no run has followed', async () => {
  env.organization.moveAccount(env.id, env.organization.world.settings.rootId);

  const found = await read([env.id]);

  expect(ofAccount(found)).toEqual([]);
  expect(found.warnings).toEqual([expect.stringContaining('is in the root now')]);
});

it('counts roles as unreadable when the role that reads them does not exist', async () => {
  const { roles } = env.organization.world;
  for (const arn of roles.keys()) if (arn.includes(`:${env.id}:role/account-onboarding/`)) roles.delete(arn);

  const found = await read([env.id]);

  expect(new Set(ofAccount(found))).toEqual(new Set(['unreadable']));
  expect(hasUnreadRoles(found)).toBe(true);
});
