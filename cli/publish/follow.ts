import { GetDeploymentCommand, type GetDeploymentCommandOutput } from '@aws-sdk/client-appconfig';
import type { NamedEnvironment, PublishedDeployment, PublishTools } from './publish-types.ts';

interface Followed {
  readonly application: string;
  readonly environment: NamedEnvironment;
  readonly deployment: number;
}

const minute = 60_000;

/** How long the command waits after the strategy's time is over. */
const patience = 30 * minute;

/** Waits for the end of a deployment. Stops at Ctrl-C, or long after the deployment should have ended. */
export async function followToEnd(tools: PublishTools, followed: Followed): Promise<PublishedDeployment> {
  const { clock, signal, onProgress } = tools;
  const { environment, deployment } = followed;
  for (;;) {
    const seen = await readState(tools, followed);
    if ('error' in seen)
      return end(followed, 'unknown', `Its state cannot be read (${seen.error}). ${goesOn(followed)}`);
    const ended = toEnd(followed, seen);
    if (ended !== undefined) return ended;
    const progress = `${seen.State}, ${seen.PercentageComplete ?? 0} %`;
    onProgress(`${environment.name}: deployment ${deployment} is ${progress}`);
    if (signal.aborted) return end(followed, 'interrupted', `It is ${progress}. ${goesOn(followed)}`);
    if (clock.now() > getPlannedEnd(seen, clock.now()) + patience)
      return end(
        followed,
        'timed-out',
        `It is still ${progress}, 30 minutes after the strategy's time. ${goesOn(followed)}`,
      );
    await clock.sleep(getPause(seen, clock.now()), signal);
  }
}

const readState = (
  { client }: PublishTools,
  { application, environment, deployment }: Followed,
): Promise<GetDeploymentCommandOutput | { readonly error: string }> =>
  client
    .send(
      new GetDeploymentCommand({
        ApplicationId: application,
        EnvironmentId: environment.id,
        DeploymentNumber: deployment,
      }),
    )
    .catch((thrown: unknown) => ({
      error: thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown),
    }));

function toEnd(followed: Followed, seen: GetDeploymentCommandOutput): PublishedDeployment | undefined {
  const { EventLog = [], State } = seen;
  if (State === 'COMPLETE') return end(followed, 'complete', 'Every reader gets the version');
  if (State === 'REVERTED') return end(followed, 'reverted', 'Readers get the previous version');
  if (State !== 'ROLLED_BACK') return undefined;
  const { TriggeredBy } = EventLog.find(({ EventType }) => EventType === 'ROLLBACK_STARTED') ?? {};
  const by = TriggeredBy === undefined ? '' : ` by ${actors[TriggeredBy] ?? TriggeredBy}`;
  return end(followed, 'rolled-back', `It was rolled back${by}. Readers get the previous version`);
}

/**
 * Texts for who or what caused an event of a deployment (AppConfig API reference, "DeploymentEvent", `TriggeredBy`).
 */
const actors: Readonly<Record<string, string>> = {
  CLOUDWATCH_ALARM: 'a CloudWatch alarm of the environment',
  USER: 'a user',
};

const end = (
  { environment, deployment }: Followed,
  status: PublishedDeployment['status'],
  reason: string,
): PublishedDeployment => ({ environment: environment.name, deployment, status, reason });

function goesOn({ application, environment, deployment }: Followed): string {
  const options = `--application-id ${application} --environment-id ${environment.id} --deployment-number ${deployment}`;
  return (
    `The deployment was not stopped. Follow it: aws appconfig get-deployment ${options}. ` +
    `Stop it: aws appconfig stop-deployment ${options}`
  );
}

function getPlannedEnd(seen: GetDeploymentCommandOutput, now: number): number {
  const { StartedAt, DeploymentDurationInMinutes = 0, FinalBakeTimeInMinutes = 0 } = seen;
  const length = (DeploymentDurationInMinutes + FinalBakeTimeInMinutes) * minute;
  return (StartedAt?.getTime() ?? now) + length;
}

/** The pause before the next read of the deployment: between 5 and 15 seconds. */
const getPause = (seen: GetDeploymentCommandOutput, now: number): number =>
  Math.min(15_000, Math.max(5_000, getPlannedEnd(seen, now) - now));
