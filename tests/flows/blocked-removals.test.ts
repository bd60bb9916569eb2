import { expect, it } from '@jest/globals';
import { listPlanWarnings } from '../../cli/plan-report.ts';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { applyPlan } from '../../shared/reconcile/apply-plan.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import { bucket, repository, small } from '../fixtures/small-configuration.ts';
import { activated, createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { type Ended, named, type TestEnv } from '../fixtures/test-env.ts';

const repositoryArn = 'arn:aws:ecr:eu-west-1:444444444444:repository/base/node';

const numbered = (first: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(first + index));

/** They have access, and the next configuration takes it from them. */
const before = numbered(600_000_000_000, 12);
/** The next configuration gives them access, and not all fit. */
const next = numbered(700_000_000_000, 30);

const withGrant = (configuration: Configuration, change: object): Configuration => ({
  ...configuration,
  grants: configuration.grants.map((grant) => ({ ...grant, ...change })),
});

/** The repository's policy has no room, and the active configuration takes it from all who are on it. */
async function fullAndNarrowed(): Promise<TestEnv> {
  const configuration = withGrant(small(['repository']), { for: { accounts: [...before] } });
  const env = await createSweptEnv({
    configuration,
    prepare: (organization) => {
      for (const id of [...before, ...next]) organization.addAccount({ id, name: `account-${id}` });
    },
  });
  fill(env);
  return activated(env, withGrant(configuration, { for: { accounts: [...next] } }));
}

/** An unmanaged statement leaves room for one account at most. */
function fill({ organization }: TestEnv): void {
  const policy = organization.policyOf('repository', repositoryArn);
  const statement = (length: number) => ({
    Effect: 'Deny' as const,
    Principal: '*' as const,
    Action: 'ecr:DeleteRepository',
    Condition: { StringEquals: { 'aws:PrincipalTag/text': 'x'.repeat(length) } },
  });
  if (policy === undefined) throw new Error('the repository has no policy');
  const filled = (length: number) => ({ ...policy, Statement: [...policy.Statement, statement(length)] });
  const size = JSON.stringify(filled(0)).length;
  organization.editPolicy('repository', repositoryArn, filled(10_240 - size - 40));
}

const changeOn = ({ changes }: Ended, key: string) => changes.find(({ resource }) => resource === key);

const both =
  /PolicyTooLargeError.*base\/node.*10240.*Besides, 12 accounts would lose their access at once.*removalLimits.fraction/s;

it('reports the full policy and the blocked removals in record, announcement, plan and apply when both make accounts wait', async () => {
  const env = await fullAndNarrowed();

  const ended = await sweep(env);
  const active = await getActiveConfiguration(env.store);
  const plan = await planAll(env.services, { runId: 'plan', active });
  const applied = await applyPlan(env.services, { runId: 'apply', plan });

  expect(ended.run.unresolved).toEqual([expect.stringMatching(both)]);
  expect(changeOn(ended, repository)).toMatchObject({
    outcome: 'held',
    error: { name: 'PolicyTooLargeError', fields: { blockedRemovals: before } },
  });
  const { messages, putEvents } = env.organization.world;
  expect(messages.at(-1)?.Message).toMatch(both);
  expect(putEvents.at(-1)?.Detail).toMatch(both);
  expect(listPlanWarnings(plan).filter((line) => line.includes('would lose'))).toEqual([
    expect.stringMatching(both),
  ]);
  expect(applied.unresolved).toEqual([expect.stringMatching(both)]);
  expect(named(env)[repository]).toEqual([...before, ...next.slice(0, 1)]);
});

it('gives the room of removed accounts to new ones when an operator allows the removal', async () => {
  const env = await fullAndNarrowed();
  await sweep(env);
  const allowing = await activated(env, {
    ...env.configuration,
    removalLimits: { ...env.configuration.removalLimits, fraction: 1 },
  });

  const ended = await sweep(allowing);

  expect(named(env)[repository]).toEqual(next.slice(0, before.length + 1));
  expect(changeOn(ended, repository)).toMatchObject({ outcome: 'held', wrote: true });
  expect(changeOn(ended, repository)?.error?.fields).not.toHaveProperty('blockedRemovals');
  expect(ended.run.unresolved).toEqual([expect.not.stringContaining('would lose')]);
});

it('reports a full policy, blocked removals and a rejected account when a run finds all three', async () => {
  const env = await fullAndNarrowed();
  const [closed = '', rejected = '', ...kept] = before;
  env.organization.closeAccount(closed);
  env.organization.refusePrincipal(rejected);

  const ended = await sweep(env);

  // The room of the closed and the rejected account.
  expect(named(env)[repository]).toEqual([...kept, ...next.slice(0, 2)]);
  expect(changeOn(ended, repository)).toMatchObject({
    outcome: 'held',
    wrote: true,
    holds: expect.arrayContaining([
      expect.objectContaining({ accountId: rejected, reason: 'rejected-principal' }),
      expect.objectContaining({ accountId: kept[0], reason: 'removal-limit' }),
    ]),
    error: { name: 'PolicyTooLargeError', fields: { blockedRemovals: kept } },
  });
  expect(ended.run.unresolved).toEqual([
    expect.stringMatching(`AWS does not accept \\S+ \\(${rejected}\\) as a principal$`),
    expect.stringMatching(/no room, removal blocked: PolicyTooLargeError.*10 accounts would lose/s),
  ]);
});

it('reports blocked removals when a conflict stops all writes to a resource', async () => {
  const env = await createSweptEnv({
    configuration: small(['bucket']),
    prepare: (organization) => {
      for (const id of before) organization.addAccount({ id, name: `account-${id}` });
    },
  });
  const interfere = (): void => {
    env.clock.advance(10 * 60_000);
    const policy = env.organization.policyOf('bucket', 'example-logs');
    if (policy === undefined) throw new Error('the bucket has no policy');
    const Statement = policy.Statement.filter(({ Sid }) => Sid !== 'AccountOnboardingflowsLogsWrite');
    env.organization.editPolicy('bucket', 'example-logs', { ...policy, Statement });
  };
  interfere();
  await sweep(env);
  const narrowed = await activated(
    env,
    withGrant(env.configuration, { for: { all: true, except: [{ accounts: [...before] }] } }),
  );
  interfere();

  const ended = await sweep(narrowed);

  expect(changeOn(ended, bucket)).toMatchObject({
    outcome: 'conflict',
    error: { name: 'ConflictError', fields: { blockedRemovals: before } },
  });
  expect(ended.run.unresolved).toEqual([
    expect.stringMatching(/ConflictError.*Besides, 12 accounts would lose their access at once/s),
  ]);
});
