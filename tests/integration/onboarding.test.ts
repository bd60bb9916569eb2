import { beforeAll, expect, test } from '@jest/globals';
import { type Announcements, listenAt } from '../fixtures/moto/announcements.ts';
import { type Deployment, deployOn, type Run, tableStore, writesOf } from '../fixtures/moto/deployment.ts';
import { createdEvent, movedEvent } from '../fixtures/moto/events.ts';
import {
  buildOrganization,
  createAccount,
  moveAccount,
  type Organization,
  type OuName,
} from '../fixtures/moto/organization.ts';
import {
  type AttachedPolicy,
  attachedPolicies,
  foreignIn,
  namedIn,
  type Policies,
  readPolicies,
} from '../fixtures/moto/policies.ts';
import * as foreign from '../fixtures/moto/unmanaged-documents.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';

describeWithMoto('three accounts that arrive one after the other', (moto) => {
  let organization: Organization;
  let deployment: Deployment;
  let announcements: Announcements;
  /** One in each OU. */
  let workload: string;
  let sandbox: string;
  let platform: string;
  let runs: Readonly<Record<'created' | 'moved' | 'sandbox' | 'platform', Run>>;
  let policies: Policies;

  const create = (name: string) => createAccount(organization.accounts.organizations, name);
  const move = async (accountId: string, ou: OuName): Promise<Run> => {
    await moveAccount(organization, accountId, ou);
    const { rootId, ous } = organization;
    return deployment.run(await movedEvent(accountId, { from: rootId, to: ous[ou] }));
  };

  beforeAll(async () => {
    const { endpoint } = moto();
    organization = await buildOrganization(endpoint);
    announcements = await listenAt(endpoint, organization);
    deployment = await deployOn(endpoint, organization.configuration, await tableStore(endpoint));
    workload = await create('workload');
    const created = await deployment.run(await createdEvent(workload));
    const moved = await move(workload, 'Workloads');
    sandbox = await create('sandbox');
    // The event of its creation is handled only after the account was moved.
    await moveAccount(organization, sandbox, 'Sandbox');
    const inSandbox = await deployment.run(await createdEvent(sandbox));
    platform = await create('platform');
    const inPlatform = await move(platform, 'Platform');
    runs = { created, moved, sandbox: inSandbox, platform: inPlatform };
    policies = await readPolicies(organization);
  }, 120_000);

  const everyone = (): string[] =>
    [
      organization.managementAccount,
      ...Object.values(organization.central),
      workload,
      sandbox,
      platform,
    ].sort();

  const ours = async (
    to: 'group/Readers' | 'group/Developers' | 'role/Pipeline',
  ): Promise<AttachedPolicy> => {
    const attached = await attachedPolicies(organization, to);
    const [policy, ...more] = attached.filter(({ path }) => path.startsWith('/account-onboarding/'));
    expect(more).toEqual([]);
    expect(policy).toBeDefined();
    return policy as AttachedPolicy;
  };

  test('ends every onboarding run as succeeded', () => {
    expect(Object.values(runs).map(({ result }) => result.status)).toEqual(Array(4).fill('SUCCEEDED'));
  });

  test('names in each log policy exactly the accounts that send logs', () => {
    const senders = [workload, platform].sort();
    expect(namedIn(policies.cloudtrail)).toEqual({ TrailLogsCheck: everyone(), TrailLogsWrite: everyone() });
    expect(namedIn(policies['flow-logs'])).toEqual({ FlowLogsCheck: senders, FlowLogsWrite: senders });
    expect(namedIn(policies['trail-key'])).toEqual({
      TrailKeyEncrypt: everyone(),
      TrailKeyDescribe: everyone(),
    });
  });

  test('names in each policy of the shared account exactly the accounts that use the resource', () => {
    const builders = [workload, sandbox].sort();
    expect(namedIn(policies['ami-key'])).toEqual({ AmiKeyUse: builders, AmiKeyAttach: builders });
    expect(namedIn(policies['base/python'])).toEqual({ BaseImagesPull: builders });
    expect(namedIn(policies['base/node'])).toMatchObject({ BaseImagesPull: builders });
    const { BaseImagesPull, ...ofFunctions } = namedIn(policies['base/node']);
    expect(new Set(Object.values(ofFunctions).flat())).toEqual(new Set([workload]));
    expect(namedIn(policies['runner-token'])).toEqual({ RunnerSecretsRead: [workload] });
    expect(namedIn(policies['registry-login'])).toEqual({ RunnerSecretsRead: [workload] });
    expect(namedIn(policies.revisions)).toEqual({ RevisionsList: [workload], RevisionsRead: [workload] });
  });

  test('lets people and pipelines assume exactly the roles of their accounts', async () => {
    const read = everyone().filter((id) => id !== organization.managementAccount);
    const develop = [workload, sandbox].sort();
    expect(namedIn((await ours('group/Readers')).document)).toEqual({ PeopleReadAssume: read });
    expect(namedIn((await ours('group/Developers')).document)).toEqual({
      PeopleReadAssume: read,
      PeopleDevelopAssume: develop,
    });
    expect(namedIn((await ours('role/Pipeline')).document)).toEqual({ PipelineDeployAssume: [workload] });
  });

  test("keeps a document's unmanaged statements, version and id", () => {
    const { central } = organization;
    const { Statement: keyStatements, ...keyDocument } = foreign.keyPolicy(central.log);
    expect(foreignIn(policies.cloudtrail)).toEqual(foreign.bucketPolicy(central.log).Statement);
    expect(policies['trail-key']).toMatchObject(keyDocument);
    expect(foreignIn(policies['trail-key'])).toEqual(keyStatements);
    expect(policies['base/node']?.Version).toBe('2008-10-17');
    expect(foreignIn(policies['base/node'])).toEqual(foreign.repositoryPolicy(central.shared).Statement);
    expect(foreignIn(policies['runner-token'])).toEqual(foreign.secretPolicy(central.security).Statement);
  });

  test('keeps the statement that KMS gives to a new key', () => {
    const owner = `arn:aws:iam::${organization.central.shared}:root`;
    expect(foreignIn(policies['ami-key'])).toMatchObject([{ Principal: { AWS: owner }, Action: 'kms:*' }]);
  });

  test('writes only managed statements when a policy was absent', () => {
    for (const name of ['flow-logs', 'base/python', 'registry-login', 'revisions'] as const)
      expect(foreignIn(policies[name])).toEqual([]);
  });

  test('marks a managed policy with the installation, beside unmanaged policies', async () => {
    expect(await ours('group/Readers')).toMatchObject({
      name: 'account-onboarding-moto-group-Readers-1',
      path: '/account-onboarding/moto/group/Readers/',
      tags: { 'managed-by': 'account-onboarding', 'account-onboarding:installation': 'moto' },
    });
    const attached = await attachedPolicies(organization, 'group/Readers');
    expect(attached.find(({ name }) => name === foreign.peoplePolicyName)?.document).toEqual(
      foreign.peoplePolicy,
    );
  });

  test('writes nothing when an event is repeated', async () => {
    const { rootId, ous } = organization;
    const again = await deployment.run(await movedEvent(platform, { from: rootId, to: ous.Platform }));

    expect(again.result.status).toBe('SUCCEEDED');
    expect(again.calls['s3:GetBucketPolicy']).toBeGreaterThan(0);
    expect(writesOf(again)).toEqual({});
    expect(await readPolicies(organization)).toEqual(policies);
  }, 60_000);

  test('sweeps without changes and without drift', async () => {
    const sweep = await deployment.sweep();

    expect(writesOf(sweep)).toEqual({});
    expect(await deployment.store.runs.get(sweep.id)).toMatchObject({
      status: 'succeeded',
      counts: { accounts: 8, changed: 0, written: 0, equal: 12 },
    });
    expect(new Set(Object.values(await deployment.drift(organization.configuration)))).toEqual(
      new Set(['equal']),
    );
  }, 60_000);

  test('writes each changed policy once per run', () => {
    expect(writesOf(runs.created)).toEqual({
      's3:PutBucketPolicy': 1,
      'kms:PutKeyPolicy': 1,
      'iam:CreatePolicy': 2,
      'iam:AttachGroupPolicy': 2,
    });
    expect(writesOf(runs.moved)).toEqual({
      's3:PutBucketPolicy': 2,
      'kms:PutKeyPolicy': 1,
      'ecr:SetRepositoryPolicy': 2,
      'secretsmanager:PutResourcePolicy': 2,
      'iam:CreatePolicy': 1,
      'iam:AttachRolePolicy': 1,
      'iam:CreatePolicyVersion': 1,
    });
  });

  test('stores each run in the table, with every document before and after', async () => {
    const { store } = deployment;
    expect(await store.runs.get(runs.sandbox.id)).toMatchObject({
      status: 'succeeded',
      cause: 'created',
      accountIds: [sandbox],
    });

    const changes = (await store.runs.getWhole(runs.moved.id)).changes;
    const { central } = organization;
    const change = (resource: string) => changes.find((one) => one.resource === resource);
    expect(changes).toHaveLength(12);
    expect(
      change(`s3-bucket-policy/${central.configuration}/eu-central-1/example-org-revisions`),
    ).toMatchObject({
      outcome: 'written',
      before: { policy: null },
      after: { policy: policies.revisions },
    });
    expect(change(`s3-bucket-policy/${central.log}/eu-west-1/example-org-cloudtrail`)?.outcome).toBe(
      'unchanged',
    );
  });

  test('announces each run on EventBridge and SNS', async () => {
    const expected = Object.values(runs).map(({ id }) =>
      expect.objectContaining({ runId: id, status: 'succeeded' }),
    );
    const [events, notifications] = [await announcements.fromEventBridge(), await announcements.fromTopic()];

    expect(events.map(({ detail }) => detail)).toEqual(expect.arrayContaining(expected));
    expect(notifications.map(({ detail }) => detail)).toEqual(expect.arrayContaining(expected));
    expect(events[0]?.title).toBe('Account Onboarded');
    expect(notifications[0]?.title).toBe(`Account Onboarded: ${workload}`);
  });
});
