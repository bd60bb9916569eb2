import { ListAccountsCommand, ListTargetsForPolicyCommand } from '@aws-sdk/client-organizations';
import { describe, expect, test } from '@jest/globals';
import { created, eventOf, moved, workloads } from '../fixtures/account-events.ts';
import { answer, approving, untilItWaits } from '../fixtures/approvals.ts';
import {
  addRepository,
  afterCreateRepository,
  having,
  images,
  namedOn,
  repositoryArn,
} from '../fixtures/discovered-resources.ts';
import { bucket, repository, small } from '../fixtures/small-configuration.ts';
import { activated, announcements, createSweptEnv, sweep } from '../fixtures/sweeps.ts';
import { createEnv, due, named, onboard, type TestEnv } from '../fixtures/test-env.ts';
import { delegating, forwardToHub, tooling, withToolingTopic } from '../fixtures/tooling-account.ts';

const arrangement = (given = small()) => {
  const configuration = withToolingTopic(given);
  return { configuration, hubAccountId: tooling, prepare: delegating(configuration) };
};

const onboardForwarded = (env: TestEnv, event: unknown) =>
  onboard(env, forwardToHub(env.configuration, event));

describe('a hub in a tooling account', () => {
  test('gives a new account its access, and announces it, when the hub is in a tooling account', async () => {
    const env = await createEnv(arrangement());
    const { id, event } = created(env);

    const ended = await onboardForwarded(env, event);

    expect(ended.run).toMatchObject({ status: 'succeeded', accountIds: [id] });
    expect(named(env)).toEqual(due(env));
    expect(announcements(env)).toEqual(['Account Onboarded']);
    expect(env.organization.world.messages).toMatchObject([{ Subject: `Account Onboarded: ${id}` }]);
  });

  test("follows an account's move, and revokes its access when it is closed, from a tooling account", async () => {
    const env = await createEnv(arrangement());
    const { id, event } = created(env);
    await onboardForwarded(env, event);

    await onboardForwarded(env, moved(env, id, workloads));
    expect(named(env)).toEqual(due(env));
    expect(named(env)[repository]).toContain(id);

    const closed = eventOf(env, () => env.organization.closeAccount(id));
    const ended = await onboardForwarded(env, closed);
    expect(ended.run).toMatchObject({ status: 'succeeded' });
    expect(Object.values(named(env)).flat()).not.toContain(id);
  });

  test('waits for approval in a tooling account, and grants access when an operator approves', async () => {
    const env = await createEnv(arrangement(approving({ ous: ['Workloads'] })));
    const { id, event } = created(env);
    await onboardForwarded(env, event);

    const { request, ended } = await untilItWaits(
      env,
      forwardToHub(env.configuration, moved(env, id, workloads)),
    );
    expect(named(env)[repository]).not.toContain(id);
    await answer(env, request);
    expect((await ended).run).toMatchObject({ status: 'succeeded' });
    expect(named(env)).toEqual(due(env));
  });

  test('finds the account of a lost event in a sweep from a tooling account', async () => {
    const env = await createSweptEnv(arrangement());
    const { id } = created(env);

    const ended = await sweep(env);

    expect(ended.run).toMatchObject({ status: 'succeeded' });
    expect(named(env)[bucket]).toContain(id);
    expect(named(env)).toEqual(due(env));
  });

  test('discovers a new repository by its event in a tooling account', async () => {
    const env = await createSweptEnv(arrangement(having(images('["base/*"]'))));
    addRepository(env, 'base/python');

    const ended = await afterCreateRepository(env);

    expect(ended.run).toMatchObject({ status: 'succeeded', cause: 'resource' });
    expect(namedOn(env, 'repository', repositoryArn('base/python'))).not.toEqual([]);
  });

  test('evaluates SCPs of the organization from a tooling account', async () => {
    const env = await createEnv(arrangement());
    const { event } = created(env);

    await onboardForwarded(env, event);

    const calls = env.organization.calls.filter(({ operation }) => operation === 'ListPoliciesForTarget');
    expect(calls.length).toBeGreaterThan(0);
    const { run } = await onboardForwarded(env, created(env).event);
    expect(JSON.stringify(run.readiness ?? {})).not.toContain('organization policies not read');
  });

  test('fails, names the call and changes nothing when the delegation policy is missing', async () => {
    const env = await createEnv(arrangement());
    const before = named(env);
    env.organization.world.organizationPolicies.delegationPolicy = undefined;

    const ended = await onboardForwarded(env, created(env).event);

    expect(ended.run).toMatchObject({ status: 'failed' });
    expect(JSON.stringify(ended.run)).toContain('organizations:ListParents');
    expect(named(env)).toEqual(before);
  });

  test('reads only what the delegation policy names', async () => {
    const env = await createEnv(arrangement());
    const { organizations } = env.services.hub;
    await organizations.send(new ListAccountsCommand({}));
    await expect(
      organizations.send(new ListTargetsForPolicyCommand({ PolicyId: 'p-FullAWSAccess' })),
    ).rejects.toMatchObject({ name: expect.stringContaining('AccessDenied') });
  });

  test('activates another configuration in a tooling account', async () => {
    const env = await createEnv(arrangement(small()));
    const next = await activated(env, withToolingTopic(having(images('["base/*"]'))));
    const { event } = created(next);
    expect((await onboardForwarded(next, event)).run).toMatchObject({ status: 'succeeded' });
  });
});
