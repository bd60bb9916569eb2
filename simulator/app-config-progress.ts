import type { AppConfigState, SimulatedDeployment, SimulatedEnvironment } from './app-config-state.ts';
import type { SimulatedWorld } from './world.ts';

const minute = 60_000;

export type DeploymentPhase = 'DEPLOYING' | 'BAKING' | 'COMPLETE' | 'ROLLED_BACK' | 'REVERTED';

/**
 * The state of a deployment at a time: first it reaches more and more targets, then it bakes, then it is complete.
 * Times are milliseconds since the epoch.
 */
export function getPhase({ undone, startedAt, strategy }: SimulatedDeployment, now: number): DeploymentPhase {
  if (undone !== undefined) return undone.state;
  if (now < startedAt + strategy.durationMinutes * minute) return 'DEPLOYING';
  return now < getCompletionTime({ startedAt, strategy }) ? 'BAKING' : 'COMPLETE';
}

export const getCompletionTime = ({
  startedAt,
  strategy,
}: Pick<SimulatedDeployment, 'startedAt' | 'strategy'>): number =>
  startedAt + (strategy.durationMinutes + strategy.bakeMinutes) * minute;

/** Whether a deployment still runs, so that AppConfig accepts no other deployment to the same environment. */
export const isRunning = (deployment: SimulatedDeployment, now: number): boolean =>
  ['DEPLOYING', 'BAKING'].includes(getPhase(deployment, now));

/**
 * The percentage of targets that have the deployed configuration. Linear growth adds the factor at even intervals,
 * exponential growth doubles it (AppConfig user guide, "Working with deployment strategies").
 */
export function getPercentage(deployment: SimulatedDeployment, now: number): number {
  const { startedAt, strategy, undone } = deployment;
  const { durationMinutes, growthFactor, growthType } = strategy;
  if (undone !== undefined) return 0;
  const elapsed = (now - startedAt) / minute;
  if (elapsed >= durationMinutes) return 100;
  const steps =
    growthType === 'LINEAR' ? Math.ceil(100 / growthFactor) : Math.ceil(Math.log2(100 / growthFactor)) + 1;
  const step = Math.floor((elapsed * steps) / durationMinutes);
  if (growthType === 'LINEAR') return Math.min(100, step * growthFactor);
  return step === 0 ? 0 : Math.min(100, growthFactor * 2 ** (step - 1));
}

/**
 * The deployment whose configuration a client gets: the newest deployment of its profile that was not undone and has
 * reached this client.
 */
export const findServedDeployment = (
  { deployments }: SimulatedEnvironment,
  profileId: string,
  { now, place }: { readonly now: number; readonly place: number },
): SimulatedDeployment | undefined =>
  deployments.findLast(
    (deployment) =>
      deployment.profile.id === profileId &&
      deployment.undone === undefined &&
      place < getPercentage(deployment, now),
  );

/**
 * Puts a CloudWatch alarm into the state ALARM. Running deployments of environments with this alarm are rolled back at
 * once.
 */
export function raiseAlarm(world: SimulatedWorld, alarmArn: string): void {
  const now = world.settings.clock.now();
  world.appConfig.alarms.add(alarmArn);
  for (const { environments } of world.appConfig.applications.values())
    for (const { monitors, deployments } of environments.values())
      if (monitors.includes(alarmArn))
        for (const deployment of deployments)
          if (isRunning(deployment, now))
            deployment.undone = { state: 'ROLLED_BACK', at: now, by: 'CLOUDWATCH_ALARM' };
}

export const isAlarmed = ({ alarms }: AppConfigState, { monitors }: SimulatedEnvironment): boolean =>
  monitors.some((arn) => alarms.has(arn));
