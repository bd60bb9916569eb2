import { describe, expect, test } from '@jest/globals';
import { rotationEnded } from '../../simulator/secret-events.ts';
import { shared } from './configurations.ts';
import {
  deploy,
  deployedTo,
  namedTarget,
  planted,
  type RotationOptions,
  type RotationWorld,
  rotate,
  rotationWorld,
  servedTo,
  startCount,
} from './rotations.ts';
import { announcements } from './sweeps.ts';

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
  const secret = of.organization.world.secrets.get(of.secretArn);
  if (secret === undefined) throw new Error('There is no secret');

  const { run } = await deploy(of, rotationEnded(of.organization.world, secret, 'RotationFailed'));

  expect(run).toMatchObject({
    status: 'failed',
    cause: 'rotation-failed',
    reason: expect.stringContaining(of.secretArn),
  });
  expect(announcements(of)).toEqual(['Configuration Deployment Failed']);
  expect(startCount(of)).toBe(0);
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
    wrong: ({ organization, secretArn }) => void organization.world.secrets.delete(secretArn),
    says: /ResourceMissingError: secretsmanager:DescribeSecret on arn:.* does not exist/,
  },
  {
    name: 'a secret without a current version',
    wrong: (of) => change(of, ({ versions }) => versions.clear()),
    says: /SecretNotDeployableError: No version of the secret .* is AWSCURRENT/,
  },
  {
    name: 'a strategy that is gone',
    wrong: ({ organization }) => void organization.world.appConfig.strategies.clear(),
    says: /failed: appconfig:StartDeployment .* does not exist \(Could not find DeploymentStrategy/,
  },
  {
    name: 'a key that the role may not use',
    options: { kmsKey: true },
    wrong: ({ organization }) => {
      const all = { Principal: { AWS: shared }, Resource: '*' };
      const [keyArn = ''] = [...organization.world.keys.keys()].filter((arn) => arn.endsWith('secret-key'));
      organization.editPolicy('key', keyArn, {
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
    wrong: ({ organization }) => organization.deleteRole(`arn:aws:iam::${shared}:role/retrieval`),
    says: /failed: AppConfig refused to deploy .*BadRequestException.* retrieval role/,
  },
  {
    name: 'an account without a spoke role',
    wrong: ({ organization }) =>
      organization.deleteRole(`arn:aws:iam::${shared}:role/account-onboarding/spoke`),
    says: /AccessDeniedError: sts:AssumeRole on arn:aws:iam::444444444444:role\/account-onboarding\/spoke was denied/,
  },
];

function change(of: RotationWorld, act: (secret: NonNullable<ReturnType<typeof secretOf>>) => void): void {
  const secret = secretOf(of);
  if (secret === undefined) throw new Error('There is no secret');
  act(secret);
}

const secretOf = ({ organization, secretArn }: RotationWorld) => organization.world.secrets.get(secretArn);

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
