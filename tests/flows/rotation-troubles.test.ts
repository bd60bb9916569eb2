import { describe, expect, test } from '@jest/globals';
import type { Store } from '../../shared/store/ports.ts';
import { rotationEnded } from '../../simulator/secret-events.ts';
import { simulatedServices } from '../../simulator/simulated-services.ts';
import { shared } from './configurations.ts';
import { refuse } from './faults.ts';
import {
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  namedTarget,
  planted,
  profileId,
  type RotationOptions,
  type RotationWorld,
  region,
  rotate,
  rotationWorld,
  secretName,
  servedTo,
  startCount,
} from './rotations.ts';
import { announcements } from './sweeps.ts';

const hour = 3_600_000;

/** Calls to AWS and changes of the outbox, counted; from the fatal one on, nothing gets through. */
function mortal(of: RotationWorld, diesAt: number, when: 'before' | 'after') {
  let count = 0;
  const dead = () => Object.assign(new Error('The process is gone'), { name: 'ProcessIsGone' });
  const guard = async <T>(proceed: () => Promise<T>): Promise<T> => {
    count += 1;
    if (count > diesAt || (count === diesAt && when === 'before')) throw dead();
    const answer = await proceed();
    if (count >= diesAt) throw dead();
    return answer;
  };
  const stop = of.organisation.intercept((_, proceed) => guard(proceed));
  const { outbox, runs } = of.store;
  const store: Store = {
    ...of.store,
    outbox: { ...outbox, put: (...args) => guard(() => outbox.put(...args)) },
    runs: { ...runs, put: (run) => guard(() => runs.put(run)) },
  };
  return {
    services: simulatedServices(of.organisation, { store }),
    /** @returns whether it died */
    bury: () => {
      stop();
      return count >= diesAt;
    },
  };
}

const inputs = {
  'the same event': async (of: RotationWorld, event: unknown) => deploy(of, event),
  'a start by hand': async (of: RotationWorld) => deploy(of, { secretId: of.secretArn }),
  'the scheduled look': async (of: RotationWorld) => deploy(of, { unfinished: true }),
};

describe.each(Object.entries(inputs))('a run that dies at any call is finished by %s', (_, finish) => {
  test.each(['before' as const, 'after' as const])('%s the call took effect', async (when) => {
    for (let diesAt = 1; ; diesAt += 1) {
      // One world, where a rotation begins that its run does not survive.
      const of = await rotationWorld({ rotation: namedTarget });
      const event = await rotate(of);
      of.organisation.resetCalls();
      const run = mortal(of, diesAt, when);
      await deploy(of, event, { services: run.services });
      if (!run.bury()) {
        expect(diesAt).toBeGreaterThan(10);
        return;
      }
      of.clock.advance(hour);

      await finish(of, event);

      expect([diesAt, deployedTo(of)]).toEqual([diesAt, [currentVersion(of)]]);
      expect([diesAt, (await deliveries(of)).map(({ status }) => status)]).toEqual([diesAt, ['complete']]);
      expect(startCount(of)).toBeLessThanOrEqual(2);
    }
  });
});

test('while a run is at it, another one leaves its deliveries alone', async () => {
  const of = await rotationWorld();
  const event = await rotate(of);
  let looked: Awaited<ReturnType<typeof deploy>> | undefined;

  await deploy(of, event, {
    around: async (token, invoke) => {
      if (token === 'AdvanceDeploymentFunctionArn') looked ??= await deploy(of, { unfinished: true });
      return invoke();
    },
  });

  expect(looked).toEqual({ status: 'SUCCEEDED', run: undefined });
  expect(startCount(of)).toBe(1);
});

test('a look finds the rotation of a named secret whose event never came', async () => {
  const of = await rotationWorld({ rotation: namedTarget });
  await rotate(of);

  const { run } = await deploy(of, { unfinished: true });

  expect(run).toMatchObject({ status: 'succeeded', cause: 'unfinished' });
  expect(servedTo(of)).toBe(`${planted}-2`);
  expect(await deploy(of, { unfinished: true })).toEqual({ status: 'SUCCEEDED', run: undefined });
});

test('a look finds the rotation of a secret that was deployed before and is named nowhere', async () => {
  const of = await rotationWorld();
  await deploy(of, { secretId: of.secretArn });
  await rotate(of);

  expect((await deploy(of, { unfinished: true })).run?.status).toBe('succeeded');

  expect(servedTo(of)).toBe(`${planted}-2`);
  of.organisation.world.secrets.delete(of.secretArn);
  expect((await deploy(of, { unfinished: true })).run?.status).toBe('failed');
  // It was told once, and is not looked at any more.
  expect((await deploy(of, { unfinished: true })).run).toBeUndefined();
});

test('a look at many secrets lists the profiles once, and one in trouble keeps no other from it', async () => {
  const of = await rotationWorld();
  await deploy(of, { secretId: of.secretArn });
  const add = (name: string) =>
    of.organisation.addSecret({ accountId: shared, region, name, value: planted });
  const others = ['a/first', 'z/last'].map(add);
  const [troubled = ''] = others;
  for (const arn of others) await of.store.outbox.watch(arn);
  await rotate(of);
  of.organisation.resetCalls();
  const unavailable = refuse('InternalServiceError', 'We are sorry', 500);
  of.organisation.intercept(async (call, proceed) => {
    const { SecretId } = call.input as { readonly SecretId?: string };
    return call.operation === 'DescribeSecret' && SecretId === troubled
      ? unavailable(call, proceed)
      : proceed();
  });

  const { run } = await deploy(of, { unfinished: true });

  expect(run).toMatchObject({ status: 'succeeded', reason: '1 of 1 deployments complete' });
  expect(servedTo(of)).toBe(`${planted}-2`);
  expect(of.organisation.calls.filter(({ operation }) => operation === 'ListApplications')).toHaveLength(1);
  // It is looked at again.
  expect(await of.store.outbox.watched()).toContain(troubled);
});

test('a secret that nobody serves is recorded as nothing to deploy, and left alone', async () => {
  const of = await rotationWorld({ environments: [] });
  const { run } = await deploy(of, await rotate(of));
  expect(run).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('Nothing to deploy') });
  expect(await of.store.outbox.watched()).toEqual([]);
});

test('a secret of an account that is not central, as the hub may be, is nothing to deploy and no news', async () => {
  const of = await rotationWorld();
  const event = await rotate(of);
  const stranger = of.secretArn.replace(shared, '111122223333');

  const { run } = await deploy(of, { ...event, resources: [stranger] });

  expect(run).toMatchObject({ status: 'succeeded', reason: expect.stringContaining('Nothing to deploy') });
  expect(announcements(of)).toEqual([]);
  expect(await of.store.outbox.watched()).toEqual([]);
});

test('a second event of a rotation is recorded, and announces no deployment', async () => {
  const of = await rotationWorld();
  const event = await rotate(of);
  await deploy(of, event);

  const { run } = await deploy(of, event);

  expect(run).toMatchObject({ status: 'succeeded', finishedAt: expect.any(String) });
  expect(announcements(of)).toEqual(['Configuration Deployed']);
});

test('an event of a replica is no event of its secret: where nobody serves the replica, nothing is deployed', async () => {
  const of = await rotationWorld({ rotation: namedTarget });
  const replica = of.organisation.addSecret({
    accountId: shared,
    region: 'us-west-2',
    name: secretName,
    value: 'x',
    primaryRegion: 'eu-west-1',
  });

  const { run } = await deploy(of, { ...(await rotate(of)), region: 'us-west-2', resources: [replica] });

  expect(run).toMatchObject({
    status: 'succeeded',
    reason: expect.stringContaining('Nothing to deploy'),
    warnings: [
      `${replica}: it is the replica of a secret in eu-west-1, and no profile in us-west-2 deploys it. Readers in eu-west-1 are served by the event of the secret there; if some in us-west-2 should be, make a profile`,
    ],
  });
  expect(startCount(of)).toBe(0);
});

test('one target that fails does not touch the others', async () => {
  const environments = ['production', 'test', 'staging'];
  const of = await rotationWorld({
    environments,
    rotation: (parts) => {
      const [target] = namedTarget(parts).targets;
      const [first = '', ...others] = target?.environments ?? [];
      return {
        targets: [
          { ...target, environments: [first], strategy: 'gone123' },
          { ...target, environments: others },
        ],
      };
    },
  });

  const { status, run } = await deploy(of, await rotate(of));

  expect(status).toBe('FAILED');
  expect(run?.left).toEqual([expect.stringMatching(/environment \w+: failed: .*gone123/)]);
  expect(environments.map((name) => servedTo(of, name))).toEqual([undefined, `${planted}-2`, `${planted}-2`]);
});

test('a rotation that failed is announced', async () => {
  const of = await rotationWorld();
  const secret = of.organisation.world.secrets.get(of.secretArn);
  if (secret === undefined) throw new Error('There is no secret');

  const { run } = await deploy(of, rotationEnded(of.organisation.world, secret, 'RotationFailed'));

  expect(run).toMatchObject({
    status: 'failed',
    cause: 'rotation-failed',
    reason: expect.stringContaining(of.secretArn),
  });
  expect(announcements(of)).toEqual(['Configuration Deployment Failed']);
  expect(startCount(of)).toBe(0);
});

test('a hosted configuration is deployed by hand, also back to an earlier version', async () => {
  const of = await rotationWorld({ environments: ['production', 'test'] });
  const profile = profileId(of, 'settings');
  const versions = of.application.profiles.get(profile)?.versions;
  versions?.push({ content: '{}', contentType: 'application/json' });
  versions?.push({ content: '{"colour":"red"}', contentType: 'application/json' });
  const start = (version: string) =>
    deploy(of, { application: of.application.id, profile, version, account: 'shared' });

  for (const version of ['1', '2', '1']) expect((await start(version)).run?.status).toBe('succeeded');

  expect(deployedTo(of)).toEqual(['1', '2', '1']);
  expect(deployedTo(of, 'test')).toEqual(['1', '2', '1']);
  const { run } = await start('9');
  expect(run?.left).toEqual(
    [
      expect.stringContaining('DeploymentRefusedError'),
      expect.stringContaining('DeploymentRefusedError'),
    ].map(() => expect.stringContaining('Configuration version 9 does not exist')),
  );
});

/** Something that is wrong with the world, and what the run says of it. */
const troubles: readonly {
  readonly name: string;
  readonly options?: RotationOptions;
  readonly wrong: (of: RotationWorld) => void;
  readonly says: RegExp;
}[] = [
  {
    name: 'a secret that is scheduled for deletion',
    wrong: (of) => change(of, (secret) => Object.assign(secret, { deletedAt: of.clock.now() })),
    says: /SecretNotDeployableError: The secret .* is scheduled for deletion/,
  },
  {
    name: 'a secret that is gone',
    wrong: ({ organisation, secretArn }) => void organisation.world.secrets.delete(secretArn),
    says: /ResourceMissingError: secretsmanager:DescribeSecret on arn:.* does not exist/,
  },
  {
    name: 'a secret without a current version',
    wrong: (of) => change(of, ({ versions }) => versions.clear()),
    says: /SecretNotDeployableError: No version of the secret .* is AWSCURRENT/,
  },
  {
    name: 'a strategy that is gone',
    wrong: ({ organisation }) => void organisation.world.appConfig.strategies.clear(),
    says: /failed: appconfig:StartDeployment .* does not exist \(Could not find DeploymentStrategy/,
  },
  {
    name: 'a key that the role may not use',
    options: { kmsKey: true },
    wrong: ({ organisation }) => {
      const all = { Principal: { AWS: shared }, Resource: '*' };
      const [keyArn = ''] = [...organisation.world.keys.keys()].filter((arn) => arn.endsWith('secret-key'));
      organisation.editPolicy('key', keyArn, {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: 'kms:*', ...all },
          { Effect: 'Deny', Action: 'kms:GenerateDataKey', ...all },
        ],
      });
    },
    says: /failed: appconfig:StartDeployment on \w+ .* was denied to role account-onboarding\/spoke: .*kms:GenerateDataKey/,
  },
  {
    name: 'a profile whose role may not be assumed',
    wrong: ({ organisation }) => organisation.deleteRole(`arn:aws:iam::${shared}:role/retrieval`),
    says: /failed: AppConfig refused to deploy .*BadRequestException.* retrieval role/,
  },
  {
    name: 'an account without a spoke role',
    wrong: ({ organisation }) =>
      organisation.deleteRole(`arn:aws:iam::${shared}:role/account-onboarding/spoke`),
    says: /AccessDeniedError: sts:AssumeRole on arn:aws:iam::444444444444:role\/account-onboarding\/spoke was denied/,
  },
];

function change(of: RotationWorld, act: (secret: NonNullable<ReturnType<typeof secretOf>>) => void): void {
  const secret = secretOf(of);
  if (secret === undefined) throw new Error('There is no secret');
  act(secret);
}

const secretOf = ({ organisation, secretArn }: RotationWorld) => organisation.world.secrets.get(secretArn);

describe('a clear line, a record and an announcement come of', () => {
  test.each(troubles)('$name', async ({ options = {}, wrong, says }) => {
    const of = await rotationWorld(options);
    const event = await rotate(of);
    wrong(of);

    const { status, run } = await deploy(of, event);

    expect(status).toBe('FAILED');
    expect(run).toMatchObject({ status: 'failed', left: [expect.stringMatching(says)] });
    expect(announcements(of)).toEqual(['Configuration Deployment Failed']);
  });

  test('a target whose profile names another secret than it should: nothing of it reaches readers', async () => {
    const of = await rotationWorld({
      rotation: (parts) => {
        const [target] = namedTarget(parts).targets;
        return { targets: [{ ...target, profile: [...parts.application.profiles.keys()][1] }] };
      },
    });

    const { run } = await deploy(of, await rotate(of));

    expect(run?.left).toEqual(
      [expect.stringContaining('DeploymentRefusedError')].map(() =>
        expect.stringMatching(/failed: AppConfig refused/),
      ),
    );
    expect(deployedTo(of)).toEqual([]);
  });

  test('a version that is not current, asked for by hand', async () => {
    const of = await rotationWorld();
    const { run } = await deploy(of, { secretId: of.secretArn, versionId: 'another' });
    expect(run?.left).toEqual([expect.stringContaining('superseded: version another is not AWSCURRENT')]);
  });

  test('an input that nobody can read', async () => {
    const of = await rotationWorld();
    const { run } = await deploy(of, { secret: 'what?' });
    expect(run).toMatchObject({ status: 'failed', error: { name: 'MalformedEventError' } });
    expect(announcements(of)).toEqual(['Configuration Deployment Failed']);
  });
});
