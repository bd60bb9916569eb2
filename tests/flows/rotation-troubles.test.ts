import { describe, expect, test } from '@jest/globals';
import { buildRotationEnded } from '../../simulator/secret-events.ts';
import {
  createSecretEnv,
  deploy,
  deployedTo,
  namedTarget,
  planted,
  rotate,
  type SecretEnv,
  type SecretEnvOptions,
  servedTo,
  startCount,
} from '../fixtures/secret-env.ts';
import { shared } from '../fixtures/small-configuration.ts';
import { announcements } from '../fixtures/sweeps.ts';

test('deploys to the other targets when one fails', async () => {
  const environments = ['production', 'test', 'staging'];
  const env = await createSecretEnv({
    environments,
    secretDeployment: (parts) => {
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

  const { status, run } = await deploy(env, await rotate(env));

  expect(status).toBe('FAILED');
  expect(run?.unresolved).toEqual([expect.stringMatching(/environment \w+: failed: .*gone123/)]);
  expect(environments.map((name) => servedTo(env, name))).toEqual([
    undefined,
    `${planted}-2`,
    `${planted}-2`,
  ]);
});

test('announces a failed rotation', async () => {
  const env = await createSecretEnv();
  const secret = env.organization.world.secrets.get(env.secretArn);
  if (secret === undefined) throw new Error('There is no secret');

  const { run } = await deploy(env, buildRotationEnded(env.organization.world, secret, 'RotationFailed'));

  expect(run).toMatchObject({
    status: 'failed',
    cause: 'rotation-failed',
    reason: expect.stringContaining(env.secretArn),
  });
  expect(announcements(env)).toEqual(['Configuration Deployment Failed']);
  expect(startCount(env)).toBe(0);
});

/** Something that is wrong with the world, and what the run says of it. */
const troubles: readonly {
  readonly name: string;
  readonly options?: SecretEnvOptions;
  readonly wrong: (env: SecretEnv) => void;
  readonly says: RegExp;
}[] = [
  {
    name: 'a secret that is scheduled for deletion',
    wrong: (env) => change(env, (secret) => Object.assign(secret, { deletedAt: env.clock.now() })),
    says: /SecretNotDeployableError: The secret .* is scheduled for deletion/,
  },
  {
    name: 'a secret that is gone',
    wrong: ({ organization, secretArn }) => void organization.world.secrets.delete(secretArn),
    says: /ResourceMissingError: secretsmanager:DescribeSecret on arn:.* does not exist/,
  },
  {
    name: 'a secret without a current version',
    wrong: (env) => change(env, ({ versions }) => versions.clear()),
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
    says: /failed: AppConfig rejected the deployment of .*BadRequestException.* retrieval role/,
  },
  {
    name: 'an account without a spoke role',
    wrong: ({ organization }) =>
      organization.deleteRole(`arn:aws:iam::${shared}:role/account-onboarding/spoke`),
    says: /AccessDeniedError: sts:AssumeRole on arn:aws:iam::444444444444:role\/account-onboarding\/spoke was denied/,
  },
];

function change(env: SecretEnv, act: (secret: NonNullable<ReturnType<typeof secretOf>>) => void): void {
  const secret = secretOf(env);
  if (secret === undefined) throw new Error('There is no secret');
  act(secret);
}

const secretOf = ({ organization, secretArn }: SecretEnv) => organization.world.secrets.get(secretArn);

describe('a failed rotation or deployment', () => {
  test.each(troubles)('reports, records and announces $name', async ({ options = {}, wrong, says }) => {
    const env = await createSecretEnv(options);
    const event = await rotate(env);
    wrong(env);

    const { status, run } = await deploy(env, event);

    expect(status).toBe('FAILED');
    expect(run).toMatchObject({ status: 'failed', unresolved: [expect.stringMatching(says)] });
    expect(announcements(env)).toEqual(['Configuration Deployment Failed']);
  });

  test('gives readers no value when a profile names another secret than the target', async () => {
    const env = await createSecretEnv({
      secretDeployment: (parts) => {
        const [target] = namedTarget(parts).targets;
        return { targets: [{ ...target, profile: [...parts.application.profiles.keys()][1] }] };
      },
    });

    const { run } = await deploy(env, await rotate(env));

    expect(run?.unresolved).toEqual(
      [expect.stringContaining('DeploymentRefusedError')].map(() =>
        expect.stringMatching(/failed: AppConfig rejected/),
      ),
    );
    expect(deployedTo(env)).toEqual([]);
  });

  test('refuses a version that is not current in a run by hand', async () => {
    const env = await createSecretEnv();
    const { run } = await deploy(env, { secretId: env.secretArn, versionId: 'another' });
    expect(run?.unresolved).toEqual([
      expect.stringContaining('superseded: version another is not AWSCURRENT'),
    ]);
  });

  test('refuses an input that is not valid', async () => {
    const env = await createSecretEnv();
    const { run } = await deploy(env, { secret: 'what?' });
    expect(run).toMatchObject({ status: 'failed', error: { name: 'MalformedEventError' } });
    expect(announcements(env)).toEqual(['Configuration Deployment Failed']);
  });
});
