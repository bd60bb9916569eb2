import { expect, test } from '@jest/globals';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import { created, eventOf, moved, workloads } from '../fixtures/account-events.ts';
import { type Mentions, mentionsOf } from '../fixtures/mentions.ts';
import { shared, smallText } from '../fixtures/small-configuration.ts';
import { announcements, createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { due, named, onboard, type TestEnv, writeCounts } from '../fixtures/test-env.ts';

const keyId = '4567abcd-12ab-34cd-56ef-1234567890ab';
const imageId = 'ami-0123456789abcdef0';

/** Every grant kind, and raw statements: all for accounts in one OU that carry one tag. */
const configuration = parseConfiguration(
  smallText(
    undefined,
    `
  - name: scaling
    kind: kms-grant
    account: shared
    key: ${keyId}
    preset: auto-scaling
    for: { all: true }
  - name: image
    kind: ami-launch-permission
    account: shared
    images: [${imageId}]
    for: { all: true }
  - name: reader
    kind: role-trust-policy
    account: log
    role: people/Reader
    for: { all: true }
  - name: reports
    kind: s3-bucket-policy
    account: log
    bucket: example-reports
    preset: raw
    statements:
      - part: read
        Principal: { AWS: "{accountRoots}" }
        Action: s3:GetObject
        Resource: "{resourceArn}/\${aws:PrincipalAccount}/*"
      - part: deliver
        Principal: { Service: delivery.logs.amazonaws.com }
        Action: s3:PutObject
        Resource: "{resourceArn}/\${aws:SourceAccount}/*"
        Condition: { StringEquals: { "aws:SourceAccount": "{accountId}" } }
    for: { all: true }`,
  ).replaceAll(/for: .*$/gm, 'for: { ous: [Workloads], tags: { runner: "yes" } }'),
  'the test',
);

const kinds = [
  'buckets example-logs',
  'buckets example-reports',
  expect.stringMatching(/^grants .*4567abcd/),
  `images ${imageId}`,
  expect.stringMatching(/^keys .*1234abcd/),
  expect.stringMatching(/^managedPolicies .*account-onboarding/),
  expect.stringMatching(/^repositories .*base\/node/),
  expect.stringMatching(/^roles .*people\/Reader/),
  expect.stringMatching(/^secrets .*deploy\/token/),
];

interface Onboarded {
  readonly env: TestEnv;
  readonly id: string;
  readonly has: Mentions;
}

/** An account that has something of each kind, and that statements of others name too. */
async function onboarded(): Promise<Onboarded> {
  const env = await createSweptEnv({ configuration });
  const { id } = created(env);
  env.organization.moveAccount(id, workloads);
  env.organization.tagAccount(id, { runner: 'yes' });
  env.organization.addRole({
    accountId: id,
    path: '/aws-service-role/autoscaling.amazonaws.com/',
    name: 'AWSServiceRoleForAutoScaling',
    trust: { Version: '2012-10-17', Statement: [] },
  });
  const { run } = await onboard(env, { accountId: id });
  expect(run).toMatchObject({
    status: 'succeeded',
    accessChanges: { granted: { accounts: 1, resources: 9 } },
  });
  nameByOthers(env, id);
  return { env, id, has: mentionsOf(env, id) };
}

/** In a condition, since AWS rejects a policy whose principal is a closed account, also if another tool wrote it. */
function nameByOthers({ organization }: TestEnv, id: string): void {
  const { buckets, keys, repositories, roles, secrets } = organization.world;
  const add = (to: { policy: string | undefined }, what: object) => addStatement(to, what, id);
  for (const resource of buckets.values())
    add(resource, { Action: 's3:DeleteObject', Resource: `${resource.arn}/*` });
  for (const resource of keys.values()) add(resource, { Action: 'kms:ScheduleKeyDeletion', Resource: '*' });
  for (const resource of repositories.values()) add(resource, { Action: 'ecr:DeleteRepository' });
  for (const resource of secrets.values())
    add(resource, { Action: 'secretsmanager:DeleteSecret', Resource: '*' });
  for (const role of roles.values())
    if (role.name === 'Reader') {
      const trust = { policy: role.trust };
      add(trust, { Action: 'sts:TagSession' });
      role.trust = trust.policy;
    }

  organization.addManagedPolicy({
    accountId: shared,
    name: 'theirs',
    document: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: `arn:aws:iam::${id}:role/Auditor` }],
    }),
  });
}

function addStatement(resource: { policy: string | undefined }, what: object, id: string): void {
  const policy = JSON.parse(resource.policy ?? '{"Version":"2012-10-17","Statement":[]}');
  const held = { Condition: { StringEquals: { 'aws:PrincipalAccount': id } } };
  const theirs = { Effect: 'Deny', Principal: '*', ...what, ...held };
  resource.policy = JSON.stringify({ ...policy, Statement: [policy.Statement, theirs].flat() });
}

const ways: readonly (readonly [name: string, go: (env: TestEnv, id: string) => unknown])[] = [
  ['is closed', ({ organization }, id) => organization.closeAccount(id)],
  ['leaves the organization', ({ organization }, id) => organization.removeAccount(id)],
  ['moves out of scope', (env, id) => moved(env, id, 'r-exam')],
  ['loses its tag', ({ organization }, id) => organization.untagAccount(id, ['runner'])],
];

test.each(ways)(
  'removes all managed access of an account that %s, and keeps unmanaged content',
  async (_, go) => {
    const { env, id, has } = await onboarded();

    const ended = await onboard(
      env,
      eventOf(env, () => go(env, id)),
    );

    expect(has.ours).toEqual(kinds);
    expect(ended.run).toMatchObject({
      status: 'succeeded',
      accessChanges: { revoked: { accounts: 1, resources: 9 } },
    });
    expect(ended.changes.map(({ removed }) => removed)).toEqual(Array.from({ length: 9 }, () => [id]));
    expect(mentionsOf(env, id)).toEqual({ ours: [], others: has.others });
    // One more: the key of the secret.
    expect(has.others.length).toBe(9);
  },
);

test('announces a closed account once, with the revoked access', async () => {
  const { env, id } = await onboarded();
  const event = eventOf(env, () => env.organization.closeAccount(id));

  const { run } = await onboard(env, event);
  const announced = env.organization.world.putEvents.at(-1);

  expect(run.reason).toBe(`account account-5 (${id}) is SUSPENDED; its access to 9 resources was removed`);
  expect(announced?.DetailType).toBe('Account Offboarded');
  expect(JSON.parse(String(announced?.Detail))).toMatchObject({
    reason: run.reason,
    accessChanges: {
      granted: { accounts: 0, resources: 0 },
      revoked: { accounts: 1, resources: 9 },
      inGrace: { accounts: 0, resources: 0 },
    },
  });
  expect(JSON.parse(String(env.organization.world.messages.at(-1)?.Message))).toMatchObject({
    accessChanges: { revoked: { accounts: 1, resources: 9 } },
  });
  expect((await onboard(env, event)).run).not.toHaveProperty('accessChanges');
});

test.each(['the sweep', 'a run by hand'])('restores all access of a reopened account by %s', async (by) => {
  const { env, id, has } = await onboarded();
  await onboard(
    env,
    eventOf(env, () => env.organization.closeAccount(id)),
  );
  env.clock.advance(80 * 24 * 3_600_000);
  env.organization.setState(id, 'ACTIVE');

  const { run } = await (by === 'the sweep' ? sweep(env) : onboard(env, { accountId: id }));

  expect(run).toMatchObject({
    status: 'succeeded',
    accessChanges: { granted: { accounts: 1, resources: 9 } },
  });
  expect(mentionsOf(env, id)).toEqual(has);
  expect(announcements(env).at(-1)).toBe(by === 'the sweep' ? 'Organization Swept' : 'Account Onboarded');
});

test('restores all access of an account that left and joined again', async () => {
  const { env, id, has } = await onboarded();
  await onboard(
    env,
    eventOf(env, () => env.organization.removeAccount(id)),
  );
  env.organization.addAccount({ id, name: 'back again', parentId: workloads, tags: { runner: 'yes' } });

  const { run } = await onboard(env, { accountId: id });

  expect(run).toMatchObject({
    status: 'succeeded',
    accessChanges: { granted: { accounts: 1, resources: 9 } },
  });
  expect(mentionsOf(env, id)).toEqual(has);
});

/** Organizations lists the account, but in no root and no OU. */
const hideFromParents = ({ organization }: TestEnv, id: string) =>
  organization.intercept(async (call, proceed) => {
    const answer = (await proceed()) as { readonly Accounts?: readonly { readonly Id?: string }[] };
    if (call.operation !== 'ListAccountsForParent') return answer;
    return { ...answer, Accounts: answer.Accounts?.filter(({ Id }) => Id !== id) };
  });

test('keeps access and adds access when Organizations lists an account in no OU', async () => {
  const env = await createSweptEnv();
  const { id } = created(env);
  env.organization.moveAccount(id, workloads);
  hideFromParents(env, id);

  const first = await sweep(env);
  env.organization.resetCalls();
  const second = await sweep(env);

  expect(first.run).toMatchObject({ status: 'succeeded', counts: { changed: 1, departed: 0 } });
  expect(await env.store.registry.getAccount(id)).toMatchObject({ state: 'ACTIVE', ouPath: 'Workloads' });
  expect(named(env)).toEqual(due(env));
  expect(second.run).toMatchObject({ status: 'succeeded', counts: { changed: 0, written: 0 } });
  expect(writeCounts(env)).toEqual({});
});

test('writes nothing and reports the account when Organizations cannot return its OU', async () => {
  const env = await createSweptEnv();
  const { id } = created(env);
  hideFromParents(env, id);
  env.organization.intercept((call, proceed) =>
    call.operation === 'ListParents' ? Promise.resolve({ Parents: [] }) : proceed(),
  );

  const ended = await sweep(env);

  expect(ended).toMatchObject({ status: 'FAILED', error: 'SweepFailed' });
  expect(ended.run.reason).toContain(`Organizations' answer about ${id} does not have a parent`);
  expect(writeCounts(env)).toEqual({});
});
