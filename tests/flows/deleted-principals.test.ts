import { describe, expect, test } from '@jest/globals';
import type { PolicyDocument, Statement } from '../../shared/iam/document.ts';
import { ensureOu } from '../../simulator/example-organization.ts';
import type { ResourceKind } from '../../simulator/organization-resources.ts';
import { created } from '../fixtures/account-events.ts';
import { bucket, key, repository, runner, secret, small } from '../fixtures/small-configuration.ts';
import { createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { foreign, named, onboard, outcomes, type TestEnv, writeCounts } from '../fixtures/test-env.ts';
import { partner } from '../fixtures/unmanaged-statements.ts';

/** A role of the partner, which a statement of theirs names in every policy, until it is deleted. */
const role = `arn:aws:iam::${partner}:role/Auditor`;

const actions: Readonly<Record<ResourceKind, string>> = {
  bucket: 's3:GetObject',
  key: 'kms:Decrypt',
  repository: 'ecr:BatchGetImage',
  secret: 'secretsmanager:GetSecretValue',
};

const theirs = (kind: ResourceKind, id: string): Statement => ({
  Sid: 'PartnerAudit',
  Effect: 'Allow',
  Principal: { AWS: role },
  Action: actions[kind],
  ...(kind === 'repository' ? {} : { Resource: kind === 'bucket' ? `arn:aws:s3:::${id}/*` : '*' }),
});

/** The resource of a kind in the small configuration, as the simulator knows it. */
function idOf({ organization: { world } }: TestEnv, kind: ResourceKind): string {
  if (kind === 'bucket') return 'example-logs';
  const all = { key: world.keys, repository: world.repositories, secret: world.secrets }[kind];
  return [...all.keys()][0] ?? '';
}

const edit = (
  env: TestEnv,
  kind: ResourceKind,
  change: (statements: readonly Statement[]) => Statement[],
): void => {
  const id = idOf(env, kind);
  const document = env.organization.policyOf(kind, id) as PolicyDocument;
  env.organization.editPolicy(kind, id, { ...document, Statement: change(document.Statement) });
};

/** Everybody has what is theirs, beside a statement of the partner's. */
async function withAuditor(kind: ResourceKind): Promise<TestEnv> {
  const env = await createSweptEnv({
    configuration: small(['bucket', 'key', 'repository', 'secret']),
    prepare: (organization) => organization.addAccount(runner),
  });
  env.organization.addPrincipal(role);
  edit(env, kind, (statements) => [...statements, theirs(kind, idOf(env, kind))]);
  return env;
}

describe.each([
  ['bucket', bucket],
  ['key', key],
  ['repository', repository],
  ['secret', secret],
] as const)('a deleted role in a statement of others, on a %s', (kind, resource) => {
  /** A new account that gets everything. */
  const createMember = (env: TestEnv) => {
    const { id, event } = created(env);
    env.organization.moveAccount(id, ensureOu(env.organization, 'Workloads'));
    env.organization.tagAccount(id, { runner: 'yes' });
    return { id, event };
  };

  test('names the unmanaged statement with a deleted role, and writes every other resource', async () => {
    const env = await withAuditor(kind);
    env.organization.deletePrincipal(role);
    const before = foreign(env)[resource];
    const { event, id } = createMember(env);

    const ended = await onboard(env, event);

    expect(outcomes(ended)[resource]).toBe('refused');
    const [left, ...others] = ended.run.unresolved ?? [];
    expect(left).toMatch(
      /OrphanedPrincipalError.*"PartnerAudit" names AROA\w+, the id of a role that was deleted/,
    );
    expect(others).toEqual([]);
    expect(foreign(env)[resource]).toEqual(before);
    const have = Object.entries(named(env)).filter(([, ids]) => ids.includes(id));
    expect(have.map(([where]) => where).sort()).toEqual(
      [bucket, key, repository, secret].filter((each) => each !== resource).sort(),
    );
  });

  test('needs few writes to find the rejected principal in a policy', async () => {
    const env = await withAuditor(kind);
    env.organization.deletePrincipal(role);
    const { event } = createMember(env);

    await onboard(env, event);

    expect(Math.max(...Object.values(writeCounts(env)))).toBeLessThanOrEqual(3);
  });

  test('writes waiting accounts when the owner of the statement has removed the deleted role', async () => {
    const env = await withAuditor(kind);
    env.organization.deletePrincipal(role);
    const { event, id } = createMember(env);
    await onboard(env, event);
    edit(env, kind, (statements) => statements.filter(({ Sid }) => Sid !== 'PartnerAudit'));

    const ended = await onboard(env, { accountId: id });

    expect(ended.run).toMatchObject({ status: 'succeeded' });
    expect(named(env)[resource]).toContain(id);
  });

  test('reports a deleted role in a sweep that has nothing to write', async () => {
    const env = await withAuditor(kind);
    env.organization.deletePrincipal(role);

    const { run } = await sweep(env);

    expect(run.status).toBe('succeeded');
    expect(run.warnings).toEqual([expect.stringMatching(/"PartnerAudit" names AROA\w+/)]);
    expect(run.warnings?.[0]).toContain(resource);
    expect(writeCounts(env)).toEqual({});
  });

  test('removes a deleted role from a managed statement', async () => {
    const env = await withAuditor(kind);
    edit(env, kind, (statements) =>
      statements
        .filter(({ Sid }) => Sid !== 'PartnerAudit')
        .map((each) =>
          each.Sid?.startsWith('AccountOnboardingflows') ? { ...each, Principal: { AWS: role } } : each,
        ),
    );
    env.organization.deletePrincipal(role);

    const { run, changes } = await sweep(env);

    expect(run.status).toBe('succeeded');
    expect(changes.find((change) => change.resource === resource)).toMatchObject({ outcome: 'written' });
    expect(env.organization.policyTextOf(kind, idOf(env, kind))).not.toContain('AROA');
  });
});

test('reports no new account as rejected when a deleted role makes the policy invalid', async () => {
  const env = await withAuditor('secret');
  env.organization.untagAccount(runner.id, ['runner']);
  await sweep(env);
  env.organization.deletePrincipal(role);
  env.organization.tagAccount(runner.id, { runner: 'yes' });

  const ended = await onboard(env, { accountId: runner.id });

  expect(outcomes(ended)[secret]).toBe('refused');
  expect(ended.run.unresolved?.[0]).toContain('OrphanedPrincipalError');
});
