import { describe, expect, test } from '@jest/globals';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import { ensureOu } from '../../simulator/example-organization.ts';
import type { ResourceKind } from '../../simulator/organization-resources.ts';
import { created } from '../fixtures/account-events.ts';
import { bucket, key, repository, runner, secret, small } from '../fixtures/small-configuration.ts';
import { createSweptEnv } from '../fixtures/sweeps.ts';
import {
  type Ended,
  foreign,
  named,
  onboard,
  outcomes,
  type TestEnv,
  writeCounts,
} from '../fixtures/test-env.ts';

/** Closed before the run, and in no grant. */
const closed = { id: '700000000001', name: 'old-sandbox' };
/** Outside the organization; AWS does not accept it. */
const vendor = '999911112222';

const actions: Readonly<Record<ResourceKind, string>> = {
  bucket: 's3:GetObject',
  key: 'kms:Decrypt',
  repository: 'ecr:BatchGetImage',
  secret: 'secretsmanager:GetSecretValue',
};

function idOf({ organization: { world } }: TestEnv, kind: ResourceKind): string {
  if (kind === 'bucket') return 'example-logs';
  const all = { key: world.keys, repository: world.repositories, secret: world.secrets }[kind];
  return [...all.keys()][0] ?? '';
}

type Principals = Pick<Statement, 'Sid' | 'Effect' | 'Principal' | 'NotPrincipal'>;

/** An unmanaged statement on the resource, which the simulator takes as somebody's write of some time ago. */
function add(env: TestEnv, kind: ResourceKind, principals: Principals): void {
  const id = idOf(env, kind);
  const document = env.organization.policyOf(kind, id) as PolicyDocument;
  const statement = {
    ...principals,
    Action: actions[kind],
    ...(kind === 'repository' ? {} : { Resource: kind === 'bucket' ? `arn:aws:s3:::${id}/*` : '*' }),
  };
  env.organization.editPolicy(kind, id, { ...document, Statement: [...document.Statement, statement] });
}

const everyone = () =>
  createSweptEnv({
    configuration: small(['bucket', 'key', 'repository', 'secret']),
    prepare: (organization) => {
      organization.addAccount(runner);
      organization.addAccount({ ...closed, state: 'SUSPENDED' });
    },
  });

/** A new account that gets everything. */
function newAccount(env: TestEnv) {
  const { id, event } = created(env);
  env.organization.moveAccount(id, ensureOu(env.organization, 'Workloads'));
  env.organization.tagAccount(id, { runner: 'yes' });
  return { id, event };
}

const forms: readonly (readonly [string, Principals, RegExp])[] = [
  [
    'its id',
    { Sid: 'Audit', Effect: 'Allow', Principal: { AWS: closed.id } },
    /statement "Audit" names \S*700000000001\S*, of the closed account old-sandbox \(700000000001\)/,
  ],
  [
    'the ARN of its role',
    { Sid: 'Audit', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${closed.id}:role/Auditor` } },
    /statement "Audit" names arn:aws:iam::700000000001:role\/Auditor, of the closed account/,
  ],
  [
    'an exception without a Sid',
    { Effect: 'Deny', NotPrincipal: { AWS: [closed.id, `arn:aws:iam::${runner.id}:root`] } },
    /statement number \d+ \(Deny \w+:\w+\) names \S*700000000001\S*, of the closed account/,
  ],
];

describe.each([
  ['bucket', bucket],
  ['key', key],
  ['repository', repository],
  ['secret', secret],
] as const)('on a %s', (kind, resource) => {
  test.each(forms)(
    'names the unmanaged statement when AWS refuses a closed account as %s',
    async (_, principals, text) => {
      const env = await everyone();
      add(env, kind, principals);
      const before = foreign(env)[resource];
      const { id, event } = newAccount(env);

      const ended = await onboard(env, event);

      expect(outcomes(ended)[resource]).toBe('refused');
      expect(ended.run.unresolved).toEqual([expect.stringMatching(text)]);
      expect(ended.run.unresolved?.[0]).toContain('OrphanedPrincipalError');
      expect(ended.run.unresolved?.[0]).not.toContain('onboarding import');
      expect(foreign(env)[resource]).toEqual(before);
      expect(Math.max(...Object.values(writeCounts(env)))).toBeLessThanOrEqual(2);
      const have = Object.entries(named(env)).filter(([, ids]) => ids.includes(id));
      expect(have).toHaveLength(3);
    },
  );

  test('reports that an outside account cannot be checked when AWS refuses the existing policy', async () => {
    const env = await everyone();
    add(env, kind, { Sid: 'Vendor', Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${vendor}:root` } });
    const { event } = newAccount(env);

    const ended = await onboard(env, event);

    expect(outcomes(ended)[resource]).toBe('refused');
    expect(ended.run.unresolved).toEqual([
      expect.stringMatching(
        /A possible cause: .*the statement "Vendor" names arn:aws:iam::999911112222:root, which cannot be checked/,
      ),
    ]);
    expect(Math.max(...Object.values(writeCounts(env)))).toBeLessThanOrEqual(2);
  });
});

test.each([
  ['repository', repository],
  ['secret', secret],
] as const)(
  'adds other accounts when a new account is the cause, and not the outside account, on a %s',
  async (kind, resource) => {
    const env = await everyone();
    env.organization.addForeignAccount(vendor);
    add(env, kind, { Sid: 'Vendor', Effect: 'Allow', Principal: { AWS: vendor } });
    const first = newAccount(env);
    const second = newAccount(env);
    env.organization.refusePrincipal(first.id);

    const ended = await onboard(env, { accountIds: [first.id, second.id] });

    expect(outcomes(ended)[resource]).toBe('held');
    expect(named(env)[resource]).toContain(second.id);
    expect(named(env)[resource]).not.toContain(first.id);
  },
);

test('writes on a later attempt when an account of the policy closes during the run', async () => {
  const env = await everyone();
  env.organization.addForeignAccount(vendor);
  add(env, 'key', { Sid: 'Vendor', Effect: 'Allow', Principal: { AWS: vendor } });
  const leaver = newAccount(env);
  await onboard(env, leaver.event);
  const { id, event } = newAccount(env);
  env.organization.closeAccount(leaver.id);
  const closing = { accountId: leaver.id, mode: 'sync' };

  const ended = await onboard(env, event, {
    around: async (_, invoke) => {
      try {
        return await invoke();
      } catch (error) {
        await onboard(env, closing);
        throw error;
      }
    },
  });

  expect(ended.run.status).toBe('succeeded');
  expect(named(env)[key]).toContain(id);
  expect(named(env)[key]).not.toContain(leaver.id);
});

test('adds other accounts when ECR rejects one account without naming the cause', async () => {
  const env = await everyone();
  env.organization.world.olderRefusals.add('ecr');
  const first = newAccount(env);
  const second = newAccount(env);
  env.organization.refusePrincipal(first.id);

  const ended = await onboard(env, { accountIds: [first.id, second.id] });

  expect(outcomes(ended)[repository]).toBe('held');
  expect(ended.changes.find((change) => change.resource === repository)).toMatchObject({
    holds: [
      {
        accountId: first.id,
        reason: 'rejected-principal',
        message: expect.stringContaining('Invalid repository policy provided'),
        ambiguous: true,
      },
    ],
  });
  const lines = (ended.run.unresolved ?? []).filter((line) => line.startsWith(repository)).join();
  expect(lines).toMatch(
    new RegExp(`AWS rejected the document while \\S+ \\(${first.id}\\) was in it, and named no cause`),
  );
  expect(lines).not.toContain('does not accept');
  expect(named(env)[repository]).toContain(second.id);
  expect(named(env)[repository]).not.toContain(first.id);
});

test('writes on a later attempt when an account closes during the run and ECR names no cause', async () => {
  const env = await everyone();
  env.organization.world.olderRefusals.add('ecr');
  const leaver = newAccount(env);
  await onboard(env, leaver.event);
  const { id, event } = newAccount(env);
  env.organization.closeAccount(leaver.id);
  const before = named(env)[repository] ?? [];
  let closing: Promise<Ended> | undefined;

  const ended = await onboard(env, event, {
    around: async (_, invoke) => {
      try {
        return await invoke();
      } catch (error) {
        if (closing === undefined) expect(named(env)[repository]).toEqual(before);
        closing ??= onboard(env, { accountId: leaver.id, mode: 'sync' });
        await closing;
        throw error;
      }
    },
  });

  expect(ended.run.status).toBe('succeeded');
  expect(named(env)[repository]).toEqual([...before.filter((each) => each !== leaver.id), id].sort());
});

test('removes no access when the registry still has a closed account as a member and ECR names no cause', async () => {
  const env = await everyone();
  env.organization.world.olderRefusals.add('ecr');
  const leaver = newAccount(env);
  await onboard(env, leaver.event);
  const { id, event } = newAccount(env);
  env.organization.closeAccount(leaver.id);
  const before = named(env)[repository];

  const ended = await onboard(env, event);

  expect(outcomes(ended)[repository]).toBe('refused');
  expect(named(env)[repository]).toEqual(before);
  expect(ended.run.unresolved?.join()).toMatch(
    /`onboarding import` finds it.* No account has changed since AWS rejected the document/,
  );

  await onboard(env, { accountId: leaver.id, mode: 'sync' });

  expect(named(env)[repository]).toContain(id);
  expect(named(env)[repository]).not.toContain(leaver.id);
});

test('reports the policy as the cause when ECR rejects it whichever account is left out', async () => {
  const env = await everyone();
  const { event } = newAccount(env);
  env.organization.intercept((call, proceed) => {
    if (call.operation !== 'SetRepositoryPolicy') return proceed();
    throw Object.assign(
      new Error(
        "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'",
      ),
      { name: 'InvalidParameterException' },
    );
  });

  const ended = await onboard(env, event);

  expect(outcomes(ended)[repository]).toBe('refused');
  expect(ended.run.unresolved?.[0]).toMatch(
    /PolicyRefusedError: .*AWS rejects the document even without the new accounts.*the document is the cause: compare/,
  );
  expect(Math.max(...Object.values(writeCounts(env)))).toBeLessThanOrEqual(2);
});
