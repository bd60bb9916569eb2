import { StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import { advanceDelivery } from '../../shared/secrets/deployment/advance.ts';
import { resolveDeployments } from '../../shared/secrets/deployment/resolve.ts';
import type { DeliveryKey } from '../../shared/store/ports.ts';
import { shared } from './configurations.ts';
import {
  currentVersion,
  environmentId,
  profileId,
  type RotationWorld,
  region,
  rotationWorld,
} from './rotations.ts';

export const minute = 60_000;

/** Three versions of a hosted configuration. */
export async function hostedWorld(): Promise<RotationWorld> {
  const of = await rotationWorld();
  const versions = of.application.profiles.get(profileId(of, 'settings'))?.versions;
  for (const content of ['1', '2', '3']) versions?.push({ content, contentType: 'application/json' });
  return of;
}

export const inputOf = (of: RotationWorld, version: string) => ({
  application: of.application.id,
  profile: profileId(of, 'settings'),
  version,
  account: 'shared',
});

export type Claimed = readonly (DeliveryKey & { readonly runId: string })[];

/** A person's run, which has claimed the version and done nothing else. */
export async function ask(
  of: RotationWorld,
  version: string,
  {
    runId = `asks-${version}`,
    startedAt = moment(of),
  }: { readonly runId?: string; readonly startedAt?: string } = {},
): Promise<Claimed> {
  const step = { runId, startedAt, input: inputOf(of, version) };
  return (await resolveDeployments(of.services, step)).deliveries.map((key) => ({ runId, ...key }));
}

/** A second later than before. */
export function moment({ clock }: RotationWorld): string {
  clock.advance(1_000);
  return new Date(clock.now()).toISOString();
}

/** All of them to their ends, one step of each in turn. */
export async function advance(of: RotationWorld, claimed: Claimed): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    const steps = [];
    for (const key of claimed) steps.push(await advanceDelivery(of.services, key));
    if (steps.every(({ status }) => status === 'ended')) return;
    of.clock.advance(minute);
  }
  throw new Error('It does not end');
}

/** Somebody's deployment of another profile, which takes a while. */
export const occupy = (of: RotationWorld) =>
  of.services
    .aws('other', of.configuration)
    .reader({ accountId: shared, region })
    .appConfig.send(
      new StartDeploymentCommand({
        ApplicationId: of.application.id,
        EnvironmentId: environmentId(of),
        ConfigurationProfileId: profileId(of),
        ConfigurationVersion: currentVersion(of),
        DeploymentStrategyId: 'AppConfig.Linear20PercentEvery6Minutes',
      }),
    );

export const ends = async (of: RotationWorld) => {
  const source = ['appconfig', shared, region, of.application.id, profileId(of, 'settings')].join(':');
  const all = await of.store.outbox.of(source, `${of.application.id}/`);
  return all.map(({ version, status }) => [version, status]);
};
