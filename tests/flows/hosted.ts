import { StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import { advanceDelivery } from '../../shared/secrets/deployment/advance.ts';
import { resolveDeployments } from '../../shared/secrets/deployment/resolve.ts';
import type { DeliveryKey } from '../../shared/store/ports.ts';
import { shared } from './configurations.ts';
import {
  createSecretEnv,
  currentVersion,
  environmentId,
  profileId,
  region,
  type SecretEnv,
} from './rotations.ts';

export const minute = 60_000;

/** Three versions of a hosted configuration. */
export async function createHostedEnv(): Promise<SecretEnv> {
  const env = await createSecretEnv();
  const versions = env.application.profiles.get(profileId(env, 'settings'))?.versions;
  for (const content of ['1', '2', '3']) versions?.push({ content, contentType: 'application/json' });
  return env;
}

export const inputOf = (env: SecretEnv, version: string) => ({
  application: env.application.id,
  profile: profileId(env, 'settings'),
  version,
  account: 'shared',
});

export type Claimed = readonly (DeliveryKey & { readonly runId: string })[];

/** A person's run, which has claimed the version and done nothing else. */
export async function ask(
  env: SecretEnv,
  version: string,
  {
    runId = `asks-${version}`,
    startedAt = moment(env),
  }: { readonly runId?: string; readonly startedAt?: string } = {},
): Promise<Claimed> {
  const step = { runId, startedAt, input: inputOf(env, version) };
  return (await resolveDeployments(env.services, step)).deliveries.map((key) => ({ runId, ...key }));
}

/** A second later than before. */
export function moment({ clock }: SecretEnv): string {
  clock.advance(1_000);
  return new Date(clock.now()).toISOString();
}

/** All of them to their ends, one step of each in turn. */
export async function advance(env: SecretEnv, claimed: Claimed): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    const steps = [];
    for (const key of claimed) steps.push(await advanceDelivery(env.services, key));
    if (steps.every(({ status }) => status === 'ended')) return;
    env.clock.advance(minute);
  }
  throw new Error('It does not end');
}

/** Somebody's deployment of another profile, which takes a while. */
export const occupy = (env: SecretEnv) =>
  env.services
    .aws('other', env.configuration)
    .reader({ accountId: shared, region })
    .appConfig.send(
      new StartDeploymentCommand({
        ApplicationId: env.application.id,
        EnvironmentId: environmentId(env),
        ConfigurationProfileId: profileId(env),
        ConfigurationVersion: currentVersion(env),
        DeploymentStrategyId: 'AppConfig.Linear20PercentEvery6Minutes',
      }),
    );

export const ends = async (env: SecretEnv) => {
  const source = ['appconfig', shared, region, env.application.id, profileId(env, 'settings')].join(':');
  const all = await env.store.outbox.of(source, `${env.application.id}/`);
  return all.map(({ version, status }) => [version, status]);
};
