import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { readTemplateDigest } from '../../cli/doctor/templates.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { parsePolicy } from '../../shared/iam/document.ts';
import { getSpokeRole } from '../../shared/platform/central-accounts.ts';
import { addApplication, trustsAppConfig } from '../../simulator/app-config.ts';
import type { FunctionInterceptor } from '../../simulator/local-deployment.ts';
import type { SimulatedOrganization } from '../../simulator/organization.ts';
import { answer, untilItWaits } from '../fixtures/approvals.ts';
import { readJson, root } from '../fixtures/deployment/deployment.ts';
import { listUnused, noteUses, type RoleUses } from '../fixtures/deployment/role-uses.ts';
import { allow, deployMemberRoles } from '../fixtures/member-env.ts';
import { deploy } from '../fixtures/secret-env.ts';
import { everything } from '../fixtures/simulator-env.ts';
import { sweep } from '../fixtures/sweeps.ts';
import { createEnv, onboard, recordFailedExecution, type TestEnv } from '../fixtures/test-env.ts';

const newAccount = '555566667777';
const waiting = '555566669999';

/** An operator is asked for one account alone. */
const approval = `approval: { for: { accounts: ["${waiting}"] } }\nsecretDeployment: {}\n`;

/** The example grants nothing on the configuration account. */
const grantOnConfigurationAccount = `
  - name: settings-key
    kind: kms-key-policy
    account: configuration
    key: 8901abcd-12ab-34cd-56ef-1234567890ab
    preset: launch-encrypted-ami
    for: { all: true }
  - name: nothing-yet
    kind: ecr-repository-policy
    account: shared
    repositories: ["nothing/*"]
    preset: pull
    for: { ous: [Workloads, "*/Later"] }
`;

const topicKey = 'arn:aws:kms:us-east-1:111111111111:key/6789abcd-12ab-34cd-56ef-1234567890ab';

const stackKey = 'arn:aws:kms:us-east-1:111111111111:key/mrk-789abcde12ab34cd56ef1234567890ab';

const configuration = parseConfiguration(
  readFileSync(`${root}examples/onboarding.yml`, 'utf8')
    .replace(/^( +topic: .*)$/m, `$1\n  key: ${topicKey}`)
    .replace(/^grants:/m, `${approval}stacks: { key: "${stackKey}" }\ngrants:`) + grantOnConfigurationAccount,
  'the example',
);

const sharedAccount = configuration.centralAccounts.shared?.id ?? '';

const logKey = 'arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab';

const repositoryMade = {
  source: 'aws.ecr',
  'detail-type': 'AWS API Call via CloudTrail',
  account: configuration.centralAccounts.shared?.id,
  region: configuration.centralAccounts.shared?.region,
  detail: { eventName: 'CreateRepository' },
};

let env: TestEnv;
let uses: RoleUses;

/** Runs that, taken together, make every function do all that it ever does. Each function has its own role. */
beforeAll(async () => {
  env = await createEnv({
    configuration,
    prepare: ({ world }) => {
      world.organizationPolicies.enabledTypes.add('SERVICE_CONTROL_POLICY');
      world.organizationPolicies.policies.set('p-exampleown', {
        id: 'p-exampleown',
        name: 'Own',
        type: 'SERVICE_CONTROL_POLICY',
        isAwsManaged: false,
        content: JSON.stringify(everything),
        targets: new Set(['ou-exam-workload1']),
      });
      const bucket = world.buckets.get('example-org-config');
      if (bucket !== undefined) bucket.kmsKeyId = logKey;
      for (const { inlinePolicies, attached } of world.groups.values()) {
        inlinePolicies.set('own', JSON.stringify(allow('s3:ListAllMyBuckets')));
        attached.add('arn:aws:iam::aws:policy/ReadOnlyAccess');
      }
    },
  });
  const { organization, store, clock } = env;
  uses = noteUses(organization);
  for (const id of [newAccount, waiting])
    organization.addAccount({ id, name: `workload-${id}`, parentId: 'ou-exam-workload1' });

  await onboardAll();
  organization.removeAccount(newAccount);
  organization.addOu({ id: 'ou-exam-later0001', name: 'Later', parentId: 'ou-exam-workload1' });
  organization.addAccount({ id: '555566668888', name: 'unnoticed', parentId: 'ou-exam-later0001' });
  organization.moveAccount('888888888888', 'ou-exam-workload1');
  const startedAt = '2026-02-01T00:00:00.000Z';
  await store.runs.put({ runId: 'lost', status: 'running', startedAt, accountIds: [newAccount] });
  organization.addRepository({ accountId: sharedAccount, region: 'eu-west-1', name: 'nothing/before' });
  // Then the member roles of the accounts are late, and the sweep warns of them. Later they are there.
  clock.advance(3_600_000);
  expect((await sweep(env)).status).toBe('SUCCEEDED');
  await deployMemberRoles(env);
  clock.advance(3_600_000);
  await onboard(env, { accountId: '888888888888' });
  await sweep(env);
  const pending = { status: 'pending', at: startedAt } as const;
  const announcement = { title: 'Account Onboarded', bus: pending, topic: pending };
  await store.runs.put({
    runId: 'unannounced',
    status: 'succeeded',
    startedAt,
    accountIds: [newAccount],
    announcement,
  });
  for (const input of addSecrets(organization)) expect((await deploy(env, input)).status).toBe('SUCCEEDED');
  expect((await sweep(env, { around: failing('ImportOrganizationFunctionArn') })).status).toBe('FAILED');
  expect((await deploy(env, { resumePending: 'maybe' })).status).toBe('FAILED');
  await recordFailedExecution(env, { name: 'died', status: 'ABORTED', startDate: Date.parse(startedAt) });
  for (const { id } of Object.values(configuration.centralAccounts))
    await readTemplateDigest(env.services, configuration, id);
  expect(env.packaged.sendFailure('RecordFailedExecutionFunctionArn')).toBeUndefined();
  expect(env.packaged.takeDenials()).toEqual([]);
});

/** The function of the token runs out of its time. */
const failing =
  (failed: string): FunctionInterceptor =>
  (token, invoke) => {
    if (token === failed) throw Object.assign(new Error('Task timed out'), { name: 'Sandbox.Timedout' });
    return invoke();
  };

async function onboardAll(): Promise<void> {
  const runs = [
    { accountId: newAccount },
    readJson('tests/fixtures/events/move-account.json'),
    repositoryMade,
  ];
  for (const input of runs) expect((await onboard(env, input)).status).toBe('SUCCEEDED');
  expect((await onboard(env, { accountId: 'none' })).status).toBe('FAILED');
  const { request, ended } = await untilItWaits(env, { accountId: waiting });
  await answer(env, request);
  expect((await ended).status).toBe('SUCCEEDED');
}

/** A secret in each central account, with an environment that serves it. @returns the inputs of its deployments */
function addSecrets(organization: SimulatedOrganization): readonly object[] {
  const growth = { durationMinutes: 1, growthType: 'LINEAR' as const, growthFactor: 100, bakeMinutes: 0 };
  const id = 'AppConfig.AllAtOnce';
  organization.world.appConfig.strategies.set(id, { id, name: id, ...growth });
  const secrets = Object.values(configuration.centralAccounts).map((account) => {
    const location = { accountId: account.id, region: account.region };
    const kmsKeyArn = organization.addKey({ ...location, id: 'secret-key' });
    const secretId = organization.addSecret({ ...location, name: 'app/database', value: 'x', kmsKeyArn });
    const role = { accountId: account.id, name: 'retrieval', trust: trustsAppConfig };
    const retrievalRoleArn = organization.addRole({ ...role, permissions: everything });
    const profile = { name: 'database', locationUri: 'secretsmanager://app/database', retrievalRoleArn };
    const shop = { name: 'shop', environments: [{ name: 'production' }], profiles: [profile] };
    addApplication(organization.world, { ...location, ...shop });
    return { secretId };
  });
  const unserved = { accountId: '444444444444', region: 'eu-west-1', name: 'app/unserved', value: 'x' };
  secrets.push({ secretId: organization.addSecret(unserved) });
  const hosted = Object.entries(configuration.centralAccounts).map(([account, { id: accountId, region }]) => {
    const settings = {
      name: 'settings',
      environments: [{ name: 'production' }],
      profiles: [{ name: 'settings' }],
    };
    const application = addApplication(organization.world, { accountId, region, ...settings });
    const [profile] = application.profiles.values();
    profile?.versions.push({ content: '{}', contentType: 'application/json' });
    return { account, application: application.id, profile: profile?.id, version: '1' };
  });
  return [...secrets, ...secrets, ...hosted, { source: 'aws.s3', detail: {} }, { resumePending: true }];
}

/** A grant names a group without its path. So a role is allowed the group at the path `/` and at any other. */
const withAnyPath = /:group\/\*\//;

const removed =
  'tests/flows/removed-policies.test.ts: deletes policies that have no other statements when their only account closes';
const explained =
  'tests/flows/explain-access.test.ts: answers denied when nothing allows the request and the KMS grants were read';
const seven =
  'tests/flows/limits.test.ts: stays within the limit of policy versions in IAM when seven accounts arrive one after the other';

const encrypted = "tests/flows/content-keys.test.ts: verifies an access when the key's policy allows it";
const amiKey = 'on arn:aws:kms:eu-west-1:444444444444:key/4567abcd-12ab-34cd-56ef-1234567890ab';

/** Actions that the runs here do not need, each with the test that does. No wildcards, and no more than fifteen. */
const exceptions: readonly { readonly role: string; readonly action: string; readonly test: string }[] = [
  { role: 'log', action: 'kms:ListGrants', test: explained },
  { role: 'shared', action: 'kms:ListGrants', test: explained },
  { role: 'configuration', action: 'kms:ListGrants', test: explained },
  { role: 'log', action: 'kms:GetKeyPolicy', test: encrypted },
  { role: 'shared', action: 'kms:GetKeyPolicy', test: encrypted },
  { role: 'configuration', action: 'kms:GetKeyPolicy', test: encrypted },
  { role: 'configuration', action: 'kms:DescribeKey', test: encrypted },
  { role: 'shared', action: `kms:DescribeKey ${amiKey}`, test: encrypted },
  { role: 'shared', action: `kms:ListGrants ${amiKey}`, test: encrypted },
  { role: 'log', action: 's3:DeleteBucketPolicy', test: removed },
  { role: 'security', action: 'iam:DeletePolicy', test: removed },
  { role: 'security', action: 'iam:DetachGroupPolicy', test: removed },
  { role: 'shared', action: 'ecr:DeleteRepositoryPolicy', test: removed },
  { role: 'shared', action: 'secretsmanager:DeleteResourcePolicy', test: removed },
  { role: 'security', action: 'iam:DeletePolicyVersion', test: seven },
];

const unusedOf = (arn: string): readonly string[] => {
  const permissions = env.organization.world.roles.get(arn)?.permissions ?? '';
  return listUnused(parsePolicy(permissions, arn), uses.get(arn)).toSorted();
};

/** Roles by which rules start state machines. tests/deployment/rules-in-use.test.ts has a hub with every rule. */
const isOfRule = (arn: string): boolean => /-Start\w+Role-/.test(arn);

describe('every role allows only what its function needs', () => {
  test("allows the hub's roles no action that their functions and state machines never use", () => {
    const prefix = `arn:aws:iam::${configuration.organization.managementAccount}:role/account-onboarding/`;
    const roles = [...env.organization.world.roles.keys()].filter(
      (arn) => arn.startsWith(prefix) && !isOfRule(arn),
    );
    const unused = Object.fromEntries(roles.map((arn) => [arn.slice(prefix.length), unusedOf(arn)]));

    expect(roles.length).toBe(22);
    expect(Object.entries(unused).filter(([, lines]) => lines.length > 0)).toEqual([]);
  });

  test('allows central account roles no action that runs never use', () => {
    const unused = Object.entries(configuration.centralAccounts).flatMap(([name, account]) =>
      unusedOf(`arn:aws:iam::${account.id}:role/${getSpokeRole(configuration, account.id)}`)
        .filter((line) => !withAnyPath.test(line))
        .map((line) => `${name} ${line}`),
    );
    expect(exceptions.length).toBeLessThanOrEqual(15);
    expect(exceptions.filter(({ role, action }) => /[*?]/.test(role + action))).toEqual([]);
    for (const { test } of exceptions) {
      const [file = '', title = ''] = test.split(/: (.*)/);
      expect(readFileSync(`${root}${file}`, 'utf8')).toContain(title);
    }
    console.info(exceptions.map(({ role, action, test }) => `${role} ${action}: ${test}`).join('\n'));

    expect([...new Set(unused)].toSorted()).toEqual(
      exceptions.map(({ role, action }) => `${role} ${action}`).toSorted(),
    );
  });
});
