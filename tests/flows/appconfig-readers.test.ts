import { expect, it } from '@jest/globals';
import type { AwsCredentialIdentity } from '@smithy/types';
import * as z from 'zod';
import { readerFromEnvironment } from '../../shared/secrets/reader/index.ts';
import { assumeRoleAsService, launchInstance } from '../../simulator/service-principals.ts';
import type { SimulatedRole } from '../../simulator/simulated-resources.ts';
import { created, moved, workloads } from '../fixtures/account-events.ts';
import {
  type ApplicationEnv,
  addVersion,
  createApplicationEnv,
  good,
  start,
} from '../fixtures/application-env.ts';
import { allow, deployMemberRoles } from '../fixtures/member-env.ts';
import { onboard } from '../fixtures/test-env.ts';

const example = 'examples/appconfig-readers/onboarding.yml';

const settings = z.object({ currency: z.string(), itemsPerPage: z.number() });

interface Onboarded extends ApplicationEnv {
  /** The member account. */
  readonly id: string;
}

/** The example: version deployed, member template deployed, an account onboarded. */
async function onboarded(): Promise<Onboarded & { readonly readiness: unknown }> {
  const env = await createApplicationEnv((same) => same, example);
  await deployMemberRoles(env);
  await start(env, await addVersion(env, good));
  const { id } = created(env);
  const { run } = await onboard(env, moved(env, id, workloads));
  return { ...env, id, readiness: run.readiness };
}

const roleArn = ({ id }: Onboarded, name: string): string => `arn:aws:iam::${id}:role/shop/${name}`;

function roleNamed({ organization }: Onboarded, arn: string): SimulatedRole {
  const role = organization.world.roles.get(arn);
  if (role === undefined) throw new Error(`There is no role ${arn}`);
  return role;
}

const asService = (name: string, service: string) => (env: Onboarded) =>
  assumeRoleAsService(env.organization.world, { service, roleArn: roleArn(env, name) });

/** How each program gets the credentials of its role. */
const programs: readonly [string, string, (env: Onboarded) => AwsCredentialIdentity][] = [
  ['a Lambda function', 'Function', asService('Function', 'lambda.amazonaws.com')],
  ['an ECS task', 'Task', asService('Task', 'ecs-tasks.amazonaws.com')],
  ['an App Runner service', 'Service', asService('Service', 'tasks.apprunner.amazonaws.com')],
  [
    'an EC2 instance',
    'Instance',
    ({ organization, id }) =>
      launchInstance(organization.world, { accountId: id, instanceProfile: 'Instance' }),
  ],
];

/** What a program of the member account reads, with the environment that docs/appconfig-across-accounts.md sets. */
const read = ({ organization, clock, roles }: Onboarded, credentials: AwsCredentialIdentity) =>
  readerFromEnvironment(
    {
      schema: settings,
      env: {
        APPCONFIGAPPNAME: 'shop',
        APPCONFIGCONF: 'settings',
        APPCONFIGENV: 'production',
        APPCONFIGREADROLE: roles.ReaderRole,
        APPCONFIGREGION: 'eu-west-1',
        AWS_REGION: 'us-west-2',
      },
    },
    { clock, credentials, plugins: [organization.plugin()] },
  ).get();

const refused = (action: string) =>
  expect.objectContaining({
    message: expect.stringMatching(new RegExp(`not authorized to perform: ${action}`)),
  });

it.each(programs)(
  'reads the deployed configuration when %s runs as its role',
  async (_, __, credentialsOf) => {
    const env = await onboarded();

    expect(await read(env, credentialsOf(env))).toEqual({ currency: 'EUR', itemsPerPage: 24 });
  },
);

it('verifies both halves of every reader and every image when an account is onboarded', async () => {
  const { readiness } = await onboarded();

  // Four roles read, three pull the image, and Lambda makes functions with the image and runs them.
  expect(readiness).toEqual({ ready: true, counts: { verified: 9 }, reasons: [] });
});

it.each(programs)(
  'refuses the read of a configuration when %s may not assume the reader role',
  async (_, name, credentialsOf) => {
    const env = await onboarded();
    roleNamed(env, roleArn(env, name)).permissions = undefined;

    await expect(read(env, credentialsOf(env))).rejects.toEqual(refused('sts:AssumeRole'));
  },
);

it.each(programs)(
  'refuses the read of a configuration when the reader role does not trust the role of %s',
  async (_, name, credentialsOf) => {
    const env = await onboarded();
    const reader = roleNamed(env, env.roles.ReaderRole ?? '');
    reader.trust = reader.trust.replace(`role/shop/${name}`, 'role/shop/Other');

    await expect(read(env, credentialsOf(env))).rejects.toEqual(refused('sts:AssumeRole'));
  },
);

it.each(programs)(
  'refuses the read of a configuration when another service may assume the role of %s',
  async (_, name, credentialsOf) => {
    const env = await onboarded();
    const role = roleNamed(env, roleArn(env, name));
    role.trust = role.trust.replace(/"[a-z0-9.-]+\.amazonaws\.com"/, '"glue.amazonaws.com"');

    expect(() => credentialsOf(env)).toThrow(/not authorized to perform: sts:AssumeRole/);
  },
);

it('refuses the read of a configuration by another role of the account', async () => {
  const env = await onboarded();
  const permissions = allow('sts:AssumeRole');
  env.organization.addRole({ accountId: env.id, name: 'Other', trust: permissions, permissions });

  const credentials = env.organization.credentialsOf(env.id, 'Other');
  await expect(read(env, credentials)).rejects.toEqual(refused('sts:AssumeRole'));
});

it('refuses the read of a configuration when the account has left the OU', async () => {
  const env = await onboarded();
  const credentials = assumeRoleAsService(env.organization.world, {
    service: 'lambda.amazonaws.com',
    roleArn: roleArn(env, 'Function'),
  });

  await onboard(env, moved(env, env.id, env.organization.world.settings.rootId));

  await expect(read(env, credentials)).rejects.toEqual(refused('sts:AssumeRole'));
});
