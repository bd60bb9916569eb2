import { StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import type { RunRecord } from '../../shared/store/ports.ts';
import { runLocally } from '../../simulator/local-deployment.ts';
import type { OrganizationEvent } from '../../simulator/organization-event.ts';
import { forgetCalls, type Simulation } from '../simulation.ts';
import { createRotationDemo, type RotationDemo } from './rotation-world.ts';

export interface RotationChapter {
  readonly title: string;
  readonly point: string;
  readonly status: RunRecord['status'];
  readonly reason: string;
  /** Number of the secret's deployments in the demo. */
  readonly started: number;
  /** Minutes that the run waited for another deployment. */
  readonly waitedMinutes: number;
  /** Whether the database accepts the credentials that the reader has after the rotation. */
  readonly letIn: boolean;
}

const minute = 60_000;

/**
 * Rotates a secret while another deployment runs in its environment. The applications still receive the new value,
 * exactly once.
 */
export async function playRotation(
  simulation: Simulation,
  tell: (chapter: RotationChapter) => void,
): Promise<readonly RotationChapter[]> {
  const demo = createRotationDemo(simulation);
  const chapters: RotationChapter[] = [];
  const chapter = async (title: string, point: string, input: () => Promise<unknown>) => {
    const finished = await played(simulation, demo, { title, point, input: await input() });
    chapters.push(finished);
    tell(finished);
  };
  await chapter(
    'An operator deploys the secret for the first time',
    'An application in another account reads it.',
    async () => ({
      secretId: demo.secretArn,
    }),
  );
  const events: OrganizationEvent[] = [];
  simulation.organization.onEvent((event) => events.push(event));
  await chapter(
    'The secret is rotated while another deployment runs in the environment',
    'AppConfig allows one deployment at a time. The run waits, then deploys the secret.',
    async () => {
      await occupy(simulation, demo);
      await demo.rotate();
      return events[0];
    },
  );
  await chapter(
    'CloudTrail reports the same rotation again',
    'The version is deployed already, so the run starts no deployment.',
    async () => events.at(-1),
  );
  return chapters;
}

/** Starts another deployment in the environment, which takes ten minutes. */
async function occupy({ services, configuration }: Simulation, { application, place }: RotationDemo) {
  const settings = [...application.profiles.values()].find(({ name }) => name === 'settings');
  settings?.versions.push({ content: '{}', contentType: 'application/json' });
  await services
    .aws('another', configuration)
    .getReader(place)
    .appConfig.send(
      new StartDeploymentCommand({
        ApplicationId: application.id,
        EnvironmentId: [...application.environments.keys()][0],
        ConfigurationProfileId: settings?.id,
        ConfigurationVersion: '1',
        DeploymentStrategyId: 'AppConfig.AllAtOnce',
      }),
    );
}

interface Played {
  readonly title: string;
  readonly point: string;
  readonly input: unknown;
}

let runs = 0;

async function played(
  { services, calls }: Simulation,
  { application, reader, isLetIn }: RotationDemo,
  { title, point, input }: Played,
): Promise<RotationChapter> {
  const { clock, store } = services;
  runs += 1;
  const name = `rotation-${runs}`;
  const begun = clock.now();
  const before = startsIn(application);
  forgetCalls(calls);
  let looks = 0;
  await runLocally({
    machine: 'config-deployment',
    services,
    name,
    input,
    around: async (token, invoke) => {
      // Waiting takes no real time in the demo. So the clock is advanced by hand.
      if (token === 'AdvanceDeploymentFunctionArn' && looks++ > 0) await clock.sleep(minute);
      return invoke();
    },
  });
  const waitedMinutes = Math.round((clock.now() - begun) / minute);
  const { status, reason = '' } = (await store.runs.get(name)) ?? { status: 'failed' as const };
  // Lets as much time pass as an application waits between two polls of AppConfig.
  if (reader.current() !== undefined) await clock.sleep(minute);
  const letIn = await isLetIn();
  return { title, point, status, reason, started: startsIn(application) - before, waitedMinutes, letIn };
}

const startsIn = ({ environments }: RotationDemo['application']): number =>
  [...environments.values()]
    .flatMap(({ deployments }) => deployments)
    .filter(({ profile }) => profile.name === 'database').length;
