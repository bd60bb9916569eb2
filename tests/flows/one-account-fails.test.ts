import { expect, test } from '@jest/globals';
import { listHeldAccounts } from '../../shared/reconcile/holds.ts';
import { created, workloads } from '../fixtures/account-events.ts';
import { fault, refuse } from '../fixtures/call-faults.ts';
import {
  bucket,
  everything,
  key,
  people,
  repository,
  secret,
  security,
  small,
} from '../fixtures/small-configuration.ts';
import {
  createEnv,
  due,
  makeReady,
  named,
  onboard,
  outcomes,
  type TestEnv,
  writeCounts,
} from '../fixtures/test-env.ts';

const failedEvents = ({ organization }: TestEnv) =>
  organization.world.putEvents.filter(({ DetailType }) => DetailType === 'Account Onboarding Failed');

/** A fault, what mends it, the resource that is left, and the error that says why. */
const cases: readonly {
  readonly name: string;
  readonly broken: string;
  readonly error: string;
  readonly breakIt: (env: TestEnv) => () => void;
}[] = [
  {
    name: 'a bucket that does not exist',
    broken: bucket,
    error: 'ResourceMissingError',
    breakIt: ({ organization: { world: inside } }) => {
      const logs = inside.buckets.get('example-logs');
      inside.buckets.delete('example-logs');
      return () => logs && inside.buckets.set('example-logs', logs);
    },
  },
  {
    name: 'a spoke role that may not be assumed',
    broken: people,
    error: 'AccessDeniedError',
    breakIt: ({ organization: { world: inside } }) => {
      const role = [...inside.roles.values()].find(({ accountId }) => accountId === security);
      if (role !== undefined) inside.roles.delete(role.arn);
      return () => role && inside.roles.set(role.arn, role);
    },
  },
  {
    name: 'a policy that cannot be understood',
    broken: bucket,
    error: 'MalformedPolicyError',
    breakIt: ({ organization }) => {
      const text = organization.policyTextOf('bucket', 'example-logs');
      organization.editPolicy('bucket', 'example-logs', '{"Statement": [');
      return () => organization.editPolicy('bucket', 'example-logs', text);
    },
  },
  {
    name: 'a policy that a write would change for JavaScript alone',
    broken: bucket,
    error: 'MalformedPolicyError.*Statement\\[0\\]\\.Action: \\(statement "Theirs"\\) occurs more than once',
    breakIt: ({ organization }) => {
      const text = organization.policyTextOf('bucket', 'example-logs');
      organization.editPolicy(
        'bucket',
        'example-logs',
        '{"Statement":[{"Sid":"Theirs","Effect":"Deny","Principal":"*","Action":"s3:Put*","Action":"s3:Get*","Resource":"*"}]}',
      );
      return () => organization.editPolicy('bucket', 'example-logs', text);
    },
  },
  {
    name: 'a service control policy',
    broken: bucket,
    error: 'A service control policy forbids it',
    breakIt: ({ organization }) =>
      organization.intercept((call, proceed) =>
        call.operation === 'PutBucketPolicy'
          ? refuse('AccessDenied', 'with an explicit deny in a service control policy', 403)(call, proceed)
          : proceed(),
      ),
  },
];

test.each(cases)(
  'fails only the update of one central account when $name, and finishes in the next run',
  async (it) => {
    const env = await createEnv();
    const mend = it.breakIt(env);
    const { id, event } = created(env);

    const broken = await onboard(env, event);
    const others = named(env);
    mend();
    const again = await onboard(env, { accountId: id });

    expect(broken).toMatchObject({ status: 'FAILED', error: 'OnboardingFailed', run: { status: 'failed' } });
    expect(broken.run.unresolved).toEqual([
      expect.stringMatching(new RegExp(`^${it.broken}.*${it.error}`, 's')),
    ]);
    const intact = everything.filter((resource) => resource !== it.broken);
    for (const resource of intact) expect(others[resource]).toEqual(due(env)[resource]);
    expect(failedEvents(env)).toHaveLength(1);
    expect(env.organization.world.messages[0]).toMatchObject({ Subject: `Account Onboarding Failed: ${id}` });
    expect(again.run.status).toBe('succeeded');
    expect(named(env)).toEqual(due(env));
  },
);

test('writes nothing when the import is not complete', async () => {
  const env = await createEnv({ ready: false });

  const ended = await onboard(env, created(env).event);

  expect(ended.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringContaining('RegistryNotReadyError')],
  });
  expect(writeCounts(env)).toEqual({});
});

test('writes nothing and stays not ready when an import is interrupted', async () => {
  const env = await createEnv({ ready: false });
  fault(env, 'ListTagsForResource', refuse('ServiceException', 'broken', 400), 1);
  await expect(makeReady(env)).rejects.toThrow();

  const ended = await onboard(env, created(env).event);

  expect(ended.run.unresolved).toEqual([expect.stringContaining('RegistryNotReadyError')]);
  expect(writeCounts(env)).toEqual({});
});

test('refuses a statement with a managed Sid that the table does not know, and writes other resources', async () => {
  const env = await createEnv();
  env.organization.editPolicy('bucket', 'example-logs', {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'AccountOnboardingflowsGhostWrite',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:DeleteBucket',
        Resource: 'arn:aws:s3:::example-logs',
      },
    ],
  });

  const ended = await onboard(env, created(env).event);

  expect(ended.run.unresolved).toEqual([expect.stringContaining('OwnershipClashError')]);
  expect(outcomes(ended)).toMatchObject({ [bucket]: 'refused', [key]: 'written', [people]: 'written' });
  expect(env.organization.policyOf('bucket', 'example-logs')?.Statement).toHaveLength(1);
});

test('leaves out an account that does not fit, says how many fit, and writes the other resources', async () => {
  const env = await createEnv();
  env.organization.editPolicy('repository', `arn:aws:ecr:eu-west-1:444444444444:repository/base/node`, {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Theirs',
        Effect: 'Allow',
        Principal: { AWS: '444444444444' },
        Action: Array.from({ length: 560 }, () => 'ecr:PutImageTag'),
      },
    ],
  });

  const { id } = created(env);
  env.organization.moveAccount(id, workloads);
  const ended = await onboard(env, { accountId: id });

  expect(ended.run.unresolved).toEqual([
    expect.stringMatching(/PolicyTooLargeError.*\d+ characters.*10240/s),
  ]);
  expect(outcomes(ended)).toMatchObject({ [repository]: 'held', [secret]: 'unchanged', [key]: 'written' });
});

test('adds accounts and blocks removals when a selector would remove many accounts', async () => {
  const env = await createEnv();
  const many = Array.from({ length: 12 }, () => created(env).id);
  await onboard(env, { accountIds: many });
  const narrow = small();
  const grants = narrow.grants.map((grant) =>
    grant.name === 'logs' ? { ...grant, for: { tags: { logged: 'yes' } } } : grant,
  );
  await makeReady({ ...env, configuration: { ...narrow, grants } });
  const { id } = created(env);
  env.organization.tagAccount(id, { logged: 'yes' });

  const ended = await onboard(env, { accountId: id });

  const change = ended.changes.find(({ resource }) => resource === bucket);
  expect(change).toMatchObject({ outcome: 'held', error: { name: 'UnsafeChangeError' } });
  expect(listHeldAccounts(change?.holds ?? [], 'removal-limit')).toEqual(expect.arrayContaining(many));
  expect(named(env)[bucket]).toEqual(expect.arrayContaining([id, ...many]));
  expect(ended.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringContaining('UnsafeChangeError')],
  });
});

test('keeps removals blocked when new accounts lower their share', async () => {
  const env = await createEnv();
  const many = Array.from({ length: 7 }, () => created(env).id);
  await onboard(env, { accountIds: many });
  const grants = small().grants.map((grant) =>
    grant.name === 'logs' ? { ...grant, for: { tags: { logged: 'yes' } } } : grant,
  );
  await makeReady({ ...env, configuration: { ...small(), grants } });
  const newAccounts = Array.from({ length: 40 }, () => created(env).id);
  for (const id of newAccounts) env.organization.tagAccount(id, { logged: 'yes' });

  await onboard(env, { accountIds: newAccounts });
  const { id: last } = created(env);
  env.organization.tagAccount(last, { logged: 'yes' });
  const held = await onboard(env, { accountId: last });
  const kept = named(env)[bucket];
  await makeReady({
    ...env,
    configuration: { ...small(), grants, removalLimits: { ...small().removalLimits, fraction: 1 } },
  });
  const allowed = await onboard(env, { accountIds: newAccounts });

  expect(held.changes.find(({ resource }) => resource === bucket)?.outcome).toBe('held');
  expect(kept).toEqual(expect.arrayContaining([...many, ...newAccounts, last]));
  expect(allowed.run.status).toBe('succeeded');
  expect(named(env)[bucket]).toEqual([...newAccounts, last].toSorted());
});

test('uses the configuration that is activated during the run', async () => {
  const env = await createEnv();
  const { id, event } = created(env);
  const fewer = small();
  const grants = fewer.grants.map((grant) =>
    grant.name === 'images' ? { ...grant, for: { all: true as const } } : grant,
  );
  const next = { ...env, configuration: { ...fewer, grants } };
  let swapped = false;
  env.organization.intercept(async (call, proceed) => {
    if (call.operation === 'PutKeyPolicy' && !swapped) {
      swapped = true;
      await makeReady(next);
      await env.clock.sleep(10);
    }
    await env.clock.sleep(10);
    return proceed();
  });

  await onboard(env, event);
  const again = await onboard(next, { accountId: id });

  expect(again.run.status).toBe('succeeded');
  expect(named(next)).toEqual(due(next));
  expect(named(next)[repository]).toContain(id);
});

test('fails and writes nothing when the stored configuration cannot be read', async () => {
  const env = await createEnv();
  await env.store.configuration.activate({
    hash: 'f'.repeat(64),
    newSearches: [],
    centralAccountIds: [],
    document: { version: 99 },
    ous: {},
    activatedAt: '2026-01-01T00:00:00.000Z',
    activatedBy: 'a later version',
  });

  const ended = await onboard(env, created(env).event);

  expect(ended.run).toMatchObject({ status: 'failed', error: { name: 'ConfigurationError' } });
  expect(failedEvents(env)).toHaveLength(1);
  expect(writeCounts(env)).toEqual({});
});
