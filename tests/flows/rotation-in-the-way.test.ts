import { describe, expect, test } from '@jest/globals';
import { createSimulatedServices } from '../../simulator/simulated-services.ts';
import { death, fault, refuse } from '../fixtures/call-faults.ts';
import {
  createSecretEnv,
  currentVersion,
  deploy,
  deployedTo,
  namedTarget,
  planted,
  rotate,
  type SecretEnv,
  servedTo,
} from '../fixtures/secret-env.ts';
import { announcements } from '../fixtures/sweeps.ts';

const minute = 60_000;

/** A secret that is named nowhere, was deployed, and has a new version whose event never came. */
async function unheard(): Promise<SecretEnv> {
  const env = await createSecretEnv();
  await deploy(env, await rotate(env));
  await rotate(env);
  return env;
}

async function runScheduledCheck(env: SecretEnv) {
  env.clock.advance(15 * minute);
  return deploy(env, { resumePending: true });
}

const denied = refuse('AccessDeniedException', 'It is not allowed for the moment', 403);

describe('a secret that is named nowhere', () => {
  test.each(['ListApplications', 'ListConfigurationProfiles', 'ListEnvironments', 'DescribeSecret'])(
    'remembers the secret when %s is denied, and reports the denial once',
    async (operation) => {
      const env = await unheard();
      const before = announcements(env).length;
      fault(env, operation, denied, 3);

      const runs = [
        await runScheduledCheck(env),
        await runScheduledCheck(env),
        await runScheduledCheck(env),
      ].map(({ run }) => run?.unresolved);

      expect(runs).toEqual([[expect.stringContaining('AccessDeniedError')], undefined, undefined]);
      expect(announcements(env).slice(before)).toEqual(['Configuration Deployment Failed']);
      expect((await runScheduledCheck(env)).run?.status).toBe('succeeded');
      expect(servedTo(env)).toBe(`${planted}-3`);
    },
  );

  test('reports a denial to an operator each time, and in the scheduled check only once more', async () => {
    const env = await unheard();
    fault(env, 'ListApplications', denied, 2);
    const byHand = () => deploy(env, { secretId: env.secretArn });
    expect((await byHand()).run?.status).toBe('failed');
    expect((await byHand()).run?.status).toBe('failed');
    expect((await runScheduledCheck(env)).run?.status).toBe('succeeded');

    fault(env, 'ListApplications', denied, 2);

    expect((await runScheduledCheck(env)).run?.status).toBe('failed');
    expect((await runScheduledCheck(env)).run).toBeUndefined();
  });

  test.each(['ListConfigurationProfiles', 'ListEnvironments'])(
    'deploys the secret when another application was deleted just before %s',
    async (operation) => {
      const env = await unheard();
      const { applications } = env.organization.world.appConfig;
      const [kept] = applications.values();
      if (kept === undefined) throw new Error('There is no application');
      const gone = { ...kept, id: 'gone123', name: 'gone', environments: new Map() };
      applications.set(gone.id, gone);
      env.organization.intercept((call, proceed) => {
        const { ApplicationId } = call.input as { readonly ApplicationId?: string };
        if (call.operation === operation && ApplicationId === gone.id) applications.delete(gone.id);
        return proceed();
      });

      const { run } = await runScheduledCheck(env);

      expect(run).toMatchObject({ status: 'succeeded', reason: '1 of 1 deployments complete' });
      expect(applications.has(gone.id)).toBe(false);
      expect(deployedTo(env).at(-1)).toBe(currentVersion(env));
    },
  );

  test('reports an unknown error once and does not repeat it in scheduled checks', async () => {
    const env = await unheard();
    const strange = refuse('VeryStrangeException', 'What is this?');
    fault(env, 'DescribeSecret', strange, 2);
    expect((await runScheduledCheck(env)).run?.unresolved).toEqual([
      expect.stringContaining('VeryStrangeException'),
    ]);
    expect((await runScheduledCheck(env)).run).toBeUndefined();

    const { outbox } = env.store;
    const put = async () => {
      throw Object.assign(new Error('The table does not like it'), { name: 'StrangerException' });
    };
    const services = createSimulatedServices(env.organization, {
      store: { ...env.store, outbox: { ...outbox, put } },
    });
    const broken = () => deploy(env, { resumePending: true }, { services });
    expect((await broken()).run?.unresolved).toEqual([expect.stringContaining('StrangerException')]);
    expect((await broken()).run).toBeUndefined();

    expect((await runScheduledCheck(env)).run?.status).toBe('succeeded');
  });
});

const named = () => createSecretEnv({ secretDeployment: namedTarget });

test.each([
  { secret: 'that is named nowhere', create: unheard },
  { secret: 'that the configuration names', create: named },
])(
  'reports a denial once when a function that read the secret before it ends later, for a secret $secret',
  async ({ create }) => {
    const env = await create();
    const before = announcements(env).length;
    const frozen = death('ResolveDeploymentFunctionArn', 'after');
    let reads = 0;
    env.organization.intercept((call, proceed) => {
      if (call.operation !== 'DescribeSecret') return proceed();
      reads += 1;
      if (reads === 1) return frozen.here(call, proceed);
      return reads <= 3 ? denied(call, proceed) : proceed();
    });
    env.clock.advance(15 * minute);

    const first = await deploy(env, { resumePending: true }, { around: frozen.around });
    await frozen.wake();
    const second = await runScheduledCheck(env);

    expect(first.run?.unresolved).toEqual([expect.stringContaining('AccessDeniedError')]);
    expect(second.run?.unresolved).toBeUndefined();
    expect(announcements(env).slice(before)).toEqual(['Configuration Deployment Failed']);
    expect(reads).toBe(3);
  },
);

describe('a secret that the configuration names', () => {
  test('reports a missing secret once, and again when it was restored in the meantime', async () => {
    const env = await named();
    const { secrets } = env.organization.world;
    const secret = secrets.get(env.secretArn);
    if (secret === undefined) throw new Error('There is no secret');
    const three = async () =>
      [await runScheduledCheck(env), await runScheduledCheck(env), await runScheduledCheck(env)].map(
        ({ run }) => run?.unresolved,
      );
    const reportedOnce = [[expect.stringContaining('ResourceMissingError')], undefined, undefined];
    secrets.delete(env.secretArn);
    expect(await three()).toEqual(reportedOnce);
    secrets.set(env.secretArn, secret);
    expect((await runScheduledCheck(env)).run?.status).toBe('succeeded');
    secrets.delete(env.secretArn);

    expect(await three()).toEqual(reportedOnce);

    expect(announcements(env)).toEqual([
      'Configuration Deployment Failed',
      'Configuration Deployed',
      'Configuration Deployment Failed',
    ]);
  });

  test('reports an unreadable secret once for each event, and the scheduled check does not repeat the report', async () => {
    const env = await named();
    fault(env, 'DescribeSecret', denied, 3);
    const event = await rotate(env);

    const runs = [await deploy(env, event), await runScheduledCheck(env), await deploy(env, event)];

    expect(runs.map(({ run }) => run?.status)).toEqual(['failed', undefined, 'failed']);
    expect((await runScheduledCheck(env)).run?.status).toBe('succeeded');
    expect(servedTo(env)).toBe(`${planted}-2`);
  });

  test('reports an unreadable secret when the function died before it could report', async () => {
    const env = await named();
    fault(env, 'DescribeSecret', denied, 2);
    env.clock.advance(15 * minute);
    let calls = 0;

    const { run } = await deploy(
      env,
      { resumePending: true },
      {
        around: async (token, invoke) => {
          const answer = await invoke();
          calls += 1;
          if (calls === 1) throw Object.assign(new Error('It was too slow'), { name: 'Sandbox.Timedout' });
          expect(token).not.toBe('AdvanceDeploymentFunctionArn');
          return answer;
        },
      },
    );

    expect(run?.unresolved).toEqual([expect.stringContaining('AccessDeniedError')]);
    expect(announcements(env)).toEqual(['Configuration Deployment Failed']);
  });

  test('deploys the other secrets when one secret cannot be read', async () => {
    const env = await createSecretEnv({
      secretDeployment: (parts) => {
        const { targets } = namedTarget(parts);
        return { targets: [{ ...targets[0], secret: 'app/gone' }, ...targets] };
      },
    });

    const { run } = await runScheduledCheck(env);

    expect(run?.unresolved).toEqual([expect.stringMatching(/^app\/gone: ResourceMissingError/)]);
    expect(deployedTo(env)).toEqual([currentVersion(env)]);
  });
});
