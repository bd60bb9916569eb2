import { describe, expect, test } from '@jest/globals';
import { addApplication } from '../../simulator/app-config.ts';
import type { SimulatedSecret } from '../../simulator/simulated-resources.ts';
import {
  createSecretEnv,
  currentVersion,
  deploy,
  deployedTo,
  namedTarget,
  planted,
  profileId,
  region,
  rotate,
  type SecretEnv,
  secretName,
  servedTo,
} from '../fixtures/secret-env.ts';
import { security, shared } from '../fixtures/small-configuration.ts';
import { announcements } from '../fixtures/sweeps.ts';

/** What is wrong with a secret of the security account, which has the same name as the one of the shared account. */
const troubles: readonly {
  readonly name: string;
  readonly wrong: (env: SecretEnv, secret: SimulatedSecret) => void;
  readonly says: RegExp;
}[] = [
  {
    name: 'that is scheduled for deletion',
    wrong: (env, secret) => void Object.assign(secret, { deletedAt: env.clock.now() }),
    says: /SecretNotDeployableError: The secret .* is scheduled for deletion. Restore it/,
  },
  {
    name: 'that does not exist',
    wrong: ({ organization }, { arn }) => void organization.world.secrets.delete(arn),
    says: /ResourceMissingError: secretsmanager:DescribeSecret on .* does not exist/,
  },
  {
    name: 'without a current version',
    wrong: (_, { versions }) => versions.clear(),
    says: /SecretNotDeployableError: No version of the secret .* is AWSCURRENT. Give it a value/,
  },
  {
    name: 'of an account without a spoke role',
    wrong: ({ organization }) =>
      organization.deleteRole(`arn:aws:iam::${security}:role/account-onboarding/spoke`),
    says: /AccessDeniedError: sts:AssumeRole on arn:aws:iam::333333333333:role\/account-onboarding\/spoke was denied/,
  },
];

describe('the targets of one secret go on, though there is another', () => {
  test.each(troubles)('deploys the other targets of a secret when $name', async ({ wrong, says }) => {
    const env = await createSecretEnv({
      secretDeployment: (parts) => {
        const { targets } = namedTarget(parts);
        return { targets: [...targets.map((target) => ({ ...target, account: 'security' })), ...targets] };
      },
    });
    const location = { accountId: security, region: 'us-east-1' };
    const arn = env.organization.addSecret({ ...location, name: secretName, value: 'x' });
    wrong(env, secretAt(env, arn));

    const { status, run } = await deploy(env, { secretId: secretName });

    expect(status).toBe('FAILED');
    expect(run).toMatchObject({ status: 'failed', unresolved: [expect.stringMatching(says)] });
    expect(announcements(env)).toEqual(['Configuration Deployment Failed']);
    expect(servedTo(env)).toBe(`${planted}-1`);
  });

  test("deploys the targets of a secret when the role may not use another secret's key", async () => {
    const env = await createSecretEnv({ kmsKey: true });
    const other = anotherSecret(env);
    for (const each of [env, other]) await deploy(env, { secretId: each.secretArn });
    for (const each of [env, other]) await rotate(each);
    env.organization.editPolicy('key', secretAt(env, env.secretArn).kmsKeyArn ?? '', {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: 'kms:*', Principal: { AWS: shared }, Resource: '*' },
        { Effect: 'Deny', Action: 'kms:GenerateDataKey*', Principal: { AWS: shared }, Resource: '*' },
      ],
    });

    const { run } = await deploy(env, { resumePending: true });

    expect(run?.unresolved).toEqual([
      expect.stringMatching(/failed: appconfig:StartDeployment .* was denied .*kms:GenerateDataKey/),
    ]);
    expect(deployedTo(env)).toHaveLength(1);
    expect(deployedTo(other)).toHaveLength(2);
    expect(deployedTo(other).at(-1)).toBe(currentVersion(other));
  });
});

test('fails only one profile when it names a secret that does not exist', async () => {
  const env = await createSecretEnv({
    environments: ['production', 'test'],
    secretDeployment: (parts) => {
      const [target] = namedTarget(parts).targets;
      const [first = '', second = ''] = target?.environments ?? [];
      const [, settings] = parts.application.profiles.keys();
      return {
        targets: [
          { ...target, environments: [first], profile: settings },
          { ...target, environments: [second] },
        ],
      };
    },
  });
  const profile = env.application.profiles.get(profileId(env, 'settings')) ?? {};
  Object.assign(profile, { locationUri: 'secretsmanager://app/none' });

  const { status, run } = await deploy(env, await rotate(env));

  expect(status).toBe('FAILED');
  expect(run?.unresolved).toEqual([
    expect.stringMatching(/failed: AppConfig rejected the deployment of .*Check the profile's location/),
  ]);
  expect(announcements(env)).toEqual(['Configuration Deployment Failed']);
  expect(deployedTo(env)).toEqual([]);
  expect(servedTo(env, 'test')).toBe(`${planted}-2`);
});

function secretAt({ organization }: SecretEnv, arn: string): SimulatedSecret {
  const secret = organization.world.secrets.get(arn);
  if (secret === undefined) throw new Error(`There is no secret ${arn}`);
  return secret;
}

/** A world that looks at a second secret of the shared account, without a key, and at the application that serves it. */
function anotherSecret(env: SecretEnv): SecretEnv {
  const { organization } = env;
  const location = { accountId: shared, region };
  const secretArn = organization.addSecret({ ...location, name: 'app/other', value: 'x' });
  const application = addApplication(organization.world, {
    ...location,
    name: 'other',
    environments: [{ name: 'production' }],
    profiles: [
      {
        name: 'database',
        locationUri: 'secretsmanager://app/other',
        retrievalRoleArn: `arn:aws:iam::${shared}:role/retrieval`,
      },
    ],
  });
  return { ...env, secretArn, application };
}
