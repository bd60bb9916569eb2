import { executionsEndWithin } from '../shared/run/sweep.ts';
import { type Delivery, isOpen } from '../shared/store/ports.ts';
import { versionWith } from '../simulator/secrets.ts';
import type { RotationStage } from './rotation-play.ts';
import type { RotatedSecret } from './rotation-scenario.ts';
import { epoch } from './time.ts';
import type { Violation } from './watch.ts';

/** What must hold for every secret and target when everything is quiet. */
export async function rotationViolations(stage: RotationStage): Promise<readonly Violation[]> {
  const { world } = stage.organisation;
  stage.watch.look('an event', [world.putEvents, world.messages]);
  const found = [
    ...(await Promise.all(stage.secrets.map((secret) => secretViolations(stage, secret)))).flat(),
    ...stage.secrets.flatMap((secret) => doorViolations(stage, secret)),
    ...(await recordViolations(stage)),
  ];
  return found.map((what) => ({ at: Date.now() - epoch, what }));
}

async function secretViolations(stage: RotationStage, secret: RotatedSecret): Promise<readonly string[]> {
  const { arn, application, profileId } = secret;
  const current = currentOf(stage, secret)?.id ?? '';
  const deliveries = await stage.inner.outbox.of(arn, '');
  const environments = secret.named
    ? stage.configuration.rotation?.targets.find((target) => target.secret === arn)?.environments
    : [...application.environments.keys()];
  return [
    ...deliveries.filter(isOpen).map(({ id, status }) => `${id} has not ended: ${status}`),
    ...deliveries.filter(isStrange).map(({ id, status, reason }) => `${id} ended as ${status}: ${reason}`),
    ...(environments ?? []).flatMap((environment) => {
      const served = servedVersion(secret, environment);
      if (served === current) return [];
      const own = deliveries.find(
        ({ id }) => id === `${application.id}/${environment}/${profileId}/${current}`,
      );
      return isToldRollback(stage, own)
        ? []
        : [`${environment} serves ${served} of ${arn}, not ${current}, which is ${own?.status ?? 'nowhere'}`];
    }),
  ];
}

const fine: ReadonlySet<Delivery['status']> = new Set([
  'complete',
  'superseded',
  'withdrawn',
  'rolled-back',
  'reverted',
]);

const isStrange = (delivery: Delivery): boolean => !isOpen(delivery) && !fine.has(delivery.status);

function currentOf({ organisation }: RotationStage, { arn }: RotatedSecret) {
  const secret = organisation.world.secrets.get(arn);
  return secret === undefined ? undefined : versionWith(secret, 'AWSCURRENT');
}

const servedVersion = ({ application, profileId }: RotatedSecret, environment: string): string | undefined =>
  application.environments
    .get(environment)
    ?.deployments.findLast(({ profile, undone }) => profile.id === profileId && undone === undefined)
    ?.version;

/** Rolled back by an alarm, and announced. */
const isToldRollback = ({ organisation }: RotationStage, delivery: Delivery | undefined): boolean =>
  delivery !== undefined &&
  (delivery.status === 'rolled-back' || delivery.status === 'reverted') &&
  organisation.world.putEvents.some(
    ({ DetailType, Detail }) =>
      DetailType === 'Configuration Deployment Failed' &&
      [delivery.version, delivery.target.environment, delivery.status].every((part) =>
        String(Detail).includes(part),
      ),
  );

/** Readers get in with the current value, and the next rotation can begin. */
function doorViolations(stage: RotationStage, secret: RotatedSecret): readonly string[] {
  const current = currentOf(stage, secret);
  const known = stage.organisation.world.secrets.get(secret.arn);
  const pending = known === undefined ? undefined : versionWith(known, 'AWSPENDING');
  return [
    ...(secret.door.opens(current?.value ?? '{}')
      ? []
      : [`nobody gets in with the current value of ${secret.arn}`]),
    ...(pending === undefined || pending === current
      ? []
      : [`${pending.id} of ${secret.arn} is still AWSPENDING`]),
  ];
}

/** Longer than any execution. */
const quiet = executionsEndWithin + 60 * 60_000;

/** A first step that wakes up when its run is over can leave a record open; the sweep closes it, as any other. */
async function recordViolations({ inner, start }: RotationStage): Promise<readonly string[]> {
  await new Promise<void>((resolve) => setTimeout(resolve, quiet));
  await start({}, 'organization-sweep');
  const open = await inner.runs.unfinished('9999');
  return open.map(({ runId }) => `${runId} has no final record`);
}
