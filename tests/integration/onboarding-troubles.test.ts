import { beforeEach, expect, test } from '@jest/globals';
import { onlyGrants } from '../fixtures/moto/configuration.ts';
import { type Deployment, deployOn, writesOf } from '../fixtures/moto/deployment.ts';
import { closedEvent, removedEvent } from '../fixtures/moto/events.ts';
import {
  buildOrganization,
  closeAccount,
  createAccount,
  moveAccount,
  type Organization,
  type OuName,
  removeAccount,
} from '../fixtures/moto/organization.ts';
import { age, attachedPolicies, foreignIn, namedIn, readPolicies } from '../fixtures/moto/policies.ts';
import * as foreign from '../fixtures/moto/unmanaged-documents.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';

describeWithMoto('accounts that arrive, or leave', (moto) => {
  let organization: Organization;
  beforeEach(async () => {
    await moto().reset();
    organization = await buildOrganization(moto().endpoint);
  }, 60_000);

  /** Fewer grants take less time, and so does the store in memory. */
  const deploy = (...grants: readonly string[]): Promise<Deployment> =>
    deployOn(moto().endpoint, onlyGrants(organization.configuration, grants));
  const newAccount = async (name: string, ou?: OuName): Promise<string> => {
    const id = await createAccount(organization.accounts.organizations, name);
    if (ou !== undefined) await moveAccount(organization, id, ou);
    return id;
  };
  const readersPolicy = async () =>
    (await attachedPolicies(organization, 'group/Readers')).find(({ path }) => path !== '/');

  test('keeps a managed policy with a long history within five versions', async () => {
    const deployment = await deploy('people-read');
    const arrived: string[] = [];
    const arrive = async (number: number): Promise<void> => {
      arrived.push(await newAccount(`account-${number}`));
      const { result } = await deployment.run({ accountId: arrived.at(-1) });
      expect(result.status).toBe('SUCCEEDED');
    };
    await arrive(1);
    await age(organization, 'group/Readers', 6);
    for (let number = 2; number <= 3; number += 1) await arrive(number);

    const policy = await readersPolicy();
    expect(policy?.versions[0]).toBe('v8');
    expect(policy?.versions.toSorted()).toEqual(['v4', 'v5', 'v6', 'v7', 'v8']);
    expect(namedIn(policy?.document).PeopleReadAssume).toEqual(expect.arrayContaining(arrived));
  }, 60_000);

  test('imports an organization with more accounts than one page', async () => {
    const inRoot = await newAccounts(21, newAccount);
    const inOu = await newAccounts(21, (name) => newAccount(`workload-${name}`, 'Workloads'));
    const deployment = await deploy('trail-logs', 'revisions');
    await deployment.run({ accountId: inOu[0] });

    const { cloudtrail, revisions } = await readPolicies(organization);
    expect(namedIn(revisions).RevisionsRead).toEqual(inOu.toSorted());
    expect(namedIn(cloudtrail).TrailLogsWrite).toEqual(
      [organization.managementAccount, ...Object.values(organization.central), ...inRoot, ...inOu].sort(),
    );
  }, 60_000);

  test("revokes all access of a closed or removed account, and keeps another account's access", async () => {
    const staying = await newAccount('staying', 'Sandbox');
    const closed = await newAccount('closed', 'Workloads');
    const removed = await newAccount('removed', 'Workloads');
    const grants = ['trail-key', 'flow-logs', 'base-images', 'runner-secrets'] as const;
    const deployment = await deploy(...grants, 'people-develop', 'pipeline-deploy');
    const { registry } = deployment.store;
    await deployment.run({ accountIds: [staying, closed, removed] });

    await closeAccount(organization, closed);
    expect((await deployment.run(await closedEvent(closed))).result.status).toBe('SUCCEEDED');
    expect(await registry.getAccount(closed)).toMatchObject({ state: 'SUSPENDED' });
    const between = await readPolicies(organization);
    expect(namedIn(between['registry-login'])).toEqual({ RunnerSecretsRead: [removed] });

    await removeAccount(organization, removed);
    const last = await deployment.run(await removedEvent(removed));
    expect(last.result.status).toBe('SUCCEEDED');
    expect(await registry.getAccount(removed)).toMatchObject({ state: 'DEPARTED' });
    await expectOnly(organization, staying, [closed, removed]);
    // Moto would delete a policy that is attached or has versions, too.
    expect(writesOf(last)).toMatchObject({ 'iam:DetachRolePolicy': 1, 'iam:DeletePolicyVersion': 1 });
  }, 60_000);
});

/** One account has its access, others have none, and what only they had is as it was before the project came. */
async function expectOnly(
  organization: Organization,
  staying: string,
  gone: readonly string[],
): Promise<void> {
  const { central } = organization;
  const policies = await readPolicies(organization);
  const pipeline = await attachedPolicies(organization, 'role/Pipeline');
  const developers = await attachedPolicies(organization, 'group/Developers');
  for (const id of gone) expect(JSON.stringify([policies, developers])).not.toContain(id);
  expect(namedIn(policies['base/python'])).toEqual({ BaseImagesPull: [staying] });
  expect(namedIn(developers[0]?.document).PeopleDevelopAssume).toEqual([staying]);
  for (const name of ['flow-logs', 'registry-login'] as const) expect(policies[name]).toBeUndefined();
  expect(policies['runner-token']).toEqual(foreign.secretPolicy(central.security));
  expect(foreignIn(policies['trail-key'])).toEqual(foreign.keyPolicy(central.log).Statement);
  expect(pipeline).toEqual([]);
}

async function newAccounts(count: number, create: (name: string) => Promise<string>): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= count; number += 1) ids.push(await create(`account-${number}`));
  return ids;
}
