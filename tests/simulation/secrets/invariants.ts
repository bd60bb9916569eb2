import { executionsEndWithin } from '../../../shared/runs/sweep.ts';
import { type Delivery, type DeploymentTarget, isOpenDelivery } from '../../../shared/store/ports.ts';
import { findVersion } from '../../../simulator/secrets.ts';
import type { Violation } from '../accounts/write-observer.ts';
import { epoch } from '../time.ts';
import {
  findProfile,
  hostedName,
  isGone,
  isTargetPresent,
  type RecreatableApplication,
} from './application.ts';
import type { RotationContext } from './context.ts';
import { findDenialViolations } from './denials.ts';
import type { RotatedSecret } from './scenario.ts';

/** The promises for every secret and target when everything is quiet. */
export async function findRotationViolations(stage: RotationContext): Promise<readonly Violation[]> {
  const { world } = stage.organization;
  stage.watch.look('an event', [world.putEvents, world.messages]);
  const violations = [
    ...(await Promise.all(stage.secrets.map((secret) => secretViolations(stage, secret)))).flat(),
    ...(await Promise.all(stage.homes.map((home) => homeViolations(stage, home)))).flat(),
    ...stage.secrets.flatMap((secret) => doorViolations(stage, secret)),
    ...findDenialViolations(stage),
    ...world.contractViolations,
    ...(await recordViolations(stage)),
    ...(await wrongViolations(stage)),
  ];
  return violations.map((what) => ({ at: Date.now() - epoch, what }));
}

async function secretViolations(stage: RotationContext, secret: RotatedSecret): Promise<readonly string[]> {
  const { arn } = secret;
  const current = currentOf(stage, secret)?.id ?? '';
  const deliveries = await stage.inner.outbox.listBySource(arn, '');
  return [
    ...endViolations(stage, deliveries),
    ...targetsOf(stage, secret).flatMap((target) =>
      servedViolation(stage, { target, of: arn, wanted: current, deliveries }),
    ),
  ];
}

/** For the hosted configuration of an application: its last request is deployed, or an announcement says why not. */
async function homeViolations(
  stage: RotationContext,
  home: RecreatableApplication,
): Promise<readonly string[]> {
  const { application, place, wished } = home;
  const sources = `appconfig:${place.accountId}:${place.region}:`;
  const all = [...stage.watch.wishes.sources].filter((source) => source.startsWith(sources));
  const deliveries = (
    await Promise.all(all.map((source) => stage.inner.outbox.listBySource(source, '')))
  ).flat();
  const profile = findProfile(application, hostedName)?.id;
  if (wished === undefined || profile === undefined) return endViolations(stage, deliveries);
  const targets = [...application.environments.keys()].map((environment) => ({
    application: application.id,
    environment,
    profile,
  }));
  return [
    ...endViolations(stage, deliveries),
    ...targets.flatMap((target) =>
      servedViolation(stage, { target, of: hostedName, wanted: wished, deliveries }),
    ),
  ];
}

const endViolations = (stage: RotationContext, deliveries: readonly Delivery[]): readonly string[] =>
  deliveries.flatMap((delivery) => {
    const { id, status, reason } = delivery;
    if (isOpenDelivery(delivery)) return [`${id} has not ended: ${status}`];
    if (fine.has(status)) return [];
    if (isStrange(stage, delivery)) return [`${id} ended as ${status}: ${reason}`];
    return isTold(stage, delivery) ? [] : [`${id} ended as ${status}, and nobody was told: ${reason}`];
  });

type Target = Omit<DeploymentTarget, 'strategy'>;

/** The targets of the active configuration, existing or not. Without configured targets, the existing ones. */
function targetsOf(
  { active, organization: { world } }: RotationContext,
  secret: RotatedSecret,
): readonly Target[] {
  const { arn, application, profileId, home } = secret;
  const named = active.configuration.secretDeployment?.targets.find((target) => target.secret === arn);
  if (named !== undefined)
    return named.environments.map((environment) => ({
      application: named.application,
      environment,
      profile: named.profile,
    }));
  if (isGone(world, home) || profileId === '') return [];
  return [...application.environments.keys()].map((environment) => ({
    application: application.id,
    environment,
    profile: profileId,
  }));
}

interface Served {
  readonly target: Target;
  readonly of: string;
  readonly wanted: string;
  readonly deliveries: readonly Delivery[];
}

function servedViolation(
  stage: RotationContext,
  { target, of: secret, wanted, deliveries }: Served,
): readonly string[] {
  const served = servedVersion(stage, target);
  if (served === wanted) return [];
  const { application, environment, profile } = target;
  const own = deliveries.find(({ id }) => id === `${application}/${environment}/${profile}/${wanted}`);
  return own !== undefined && announcedStatuses.has(own.status)
    ? []
    : [`${environment} serves ${served} of ${secret}, not ${wanted}, which is ${own?.status ?? 'nowhere'}`];
}

const fine: ReadonlySet<Delivery['status']> = new Set(['complete', 'superseded', 'withdrawn']);

/** The required announcements. */
const announcedStatuses: ReadonlySet<Delivery['status']> = new Set([
  'rolled-back',
  'reverted',
  'failed',
  'timed-out',
]);

/**
 * A delivery of a secret fails or times out for good only if its target has vanished or could not be read. A requested
 * delivery may also wait too long.
 */
const isStrange = (
  { organization: { world } }: RotationContext,
  { source, status, target, error }: Delivery,
): boolean =>
  source.startsWith('arn:') &&
  (status === 'failed' || status === 'timed-out') &&
  isTargetPresent(world, target) &&
  error?.name !== 'AccessDeniedError';

function currentOf({ organization }: RotationContext, { arn }: RotatedSecret) {
  const secret = organization.world.secrets.get(arn);
  return secret === undefined ? undefined : findVersion(secret, 'AWSCURRENT');
}

const servedVersion = ({ organization }: RotationContext, target: Target): string | undefined =>
  organization.world.appConfig.applications
    .get(target.application)
    ?.environments.get(target.environment)
    ?.deployments.findLast(({ profile, undone }) => profile.id === target.profile && undone === undefined)
    ?.version;

/** By an announcement that has its line and its result. */
function isTold({ organization }: RotationContext, delivery: Delivery): boolean {
  const { source, version, target, status } = delivery;
  const what = source.startsWith('arn:') ? source : `Profile ${target.profile}`;
  const line = `${what}, version ${version} to environment ${target.environment}: ${status}: `;
  return organization.world.putEvents.some(
    ({ DetailType, Detail }) =>
      DetailType === 'Configuration Deployment Failed' && String(Detail).includes(line),
  );
}

/** Readers use the current value, and the next rotation can begin. */
function doorViolations(stage: RotationContext, secret: RotatedSecret): readonly string[] {
  const current = currentOf(stage, secret);
  const existing = stage.organization.world.secrets.get(secret.arn);
  const pending = existing === undefined ? undefined : findVersion(existing, 'AWSPENDING');
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

/** A first step that wakes up after its run can leave a record open. The sweep closes it, like any other. */
async function recordViolations({ inner, start }: RotationContext): Promise<readonly string[]> {
  await new Promise<void>((resolve) => setTimeout(resolve, quiet));
  await start({}, 'organization-sweep');
  const { items } = await inner.runs.listUnfinished('9999');
  return items.map(({ runId }) => `${runId} has no final record`);
}

/** The only result of a request for a missing version is the record of a failed run. */
async function wrongViolations({ inner, watch }: RotationContext): Promise<readonly string[]> {
  const records = await Promise.all(watch.mustHaveFailed.map((runId) => inner.runs.get(runId)));
  return records.flatMap((record) =>
    record?.status === 'failed'
      ? []
      : [`${record?.runId} was asked for what does not exist, and ended as ${record?.status}`],
  );
}
