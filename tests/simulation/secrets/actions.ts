import { AppConfigClient, StartDeploymentCommand } from '@aws-sdk/client-appconfig';
import type { PutEventsCommandInput } from '@aws-sdk/client-eventbridge';
import { rotatedEvent } from '../../../shared/secrets/deployment/event.ts';
import { raiseAlarm } from '../../../simulator/app-config-progress.ts';
import type { SimulatedCall } from '../../../simulator/plugin.ts';
import { findVersion, moveStage } from '../../../simulator/secrets.ts';
import { type Action, type ActionContext, minute, sleep } from './action.ts';
import { findProfile, hostedName, makeFreshId } from './application.ts';
import type { RotationContext } from './context.ts';
import { deleteSomething } from './deletions.ts';
import { deny } from './denials.ts';
import { requestDeployment, requestLastDeployments, requestWrongDeployment } from './deploy-requests.ts';
import { clientOf, rotateByFunction } from './function.ts';
import type { RotatedSecret } from './scenario.ts';

/** Everything happens within this time. */
const duration = 150 * minute;
/** The interval of the scheduled check (`deploymentRate` of serverless.yml). */
const lookEvery = 15 * minute;
/** The most checks until no delivery is open: longer than any deployment here. */
const maxChecks = 48;

interface Stretch {
  begin(): void;
  end(): void;
}

/**
 * Secrets rotate, other deployments occupy environments, alarms go off, events arrive or get lost. Ends when all is
 * done.
 */
export async function playRotationActions(stage: RotationContext, { begin, end }: Stretch): Promise<void> {
  const running = new Set<Promise<unknown>>();
  const run = (execution: Promise<unknown>): void => {
    const tracked: Promise<unknown> = execution.finally(() => running.delete(tracked));
    running.add(tracked);
  };
  const scene: ActionContext = { ...stage, busy: new Set(), run };
  for (const secret of stage.secrets)
    if (stage.hub && stage.draw.chance(0.7)) await stage.start({ secretId: secret.arn });
  const stops = [
    stage.organization.onEvent((event) => announce(scene, event)),
    stage.organization.intercept(async (call, proceed) => {
      const answer = await proceed();
      for (const event of askedEvents(call)) announce(scene, event);
      return answer;
    }),
  ];
  begin();
  const looks = runScheduledChecks(scene);
  await Promise.all(Array.from({ length: stage.draw.between(6, 24) }, () => happening(scene)));
  while (scene.busy.size > 0) await sleep(minute);
  end();
  await sleep(5 * minute);
  await lastRotations(scene);
  await requestLastDeployments(scene);
  for (const stop of stops) stop();
  await looks.until(
    async () => running.size === 0 && (await stage.inner.outbox.listOpen()).items.length === 0,
  );
}

/** The scheduled check runs every quarter of an hour. Sometimes it is lost. */
function runScheduledChecks({ draw, hub, start, run }: ActionContext) {
  let storm = true;
  const startCheck = (): void => {
    if (hub && !(storm && draw.chance(0.1))) run(start({ resumePending: true }));
  };
  const timer = setInterval(startCheck, lookEvery);
  return {
    /** Continues until all is done. */
    async until(done: () => Promise<boolean>): Promise<void> {
      storm = false;
      for (let looks = 0; looks < maxChecks; looks += 1) {
        await sleep(lookEvery);
        if (looks > 2 && (await done())) break;
      }
      clearInterval(timer);
    },
  };
}

async function happening(scene: ActionContext): Promise<void> {
  await sleep(scene.draw.between(0, duration));
  const act = scene.draw.pick(possible);
  const secret = scene.draw.pick(scene.secrets);
  scene.note(`act ${act.name} ${secret.arn.split(':').at(-1)}`);
  await act(scene, secret);
}

const rotate: Action = (scene, secret) => alone(scene, secret, () => rotateByFunction(scene, secret));

/** An operator changes the password of the consumer, and the secret with it. */
const setByHand: Action = (scene, secret) =>
  alone(scene, secret, async () => {
    const { world } = scene.organization;
    const existing = world.secrets.get(secret.arn);
    if (existing === undefined) return;
    const id = `by-hand-${existing.versions.size}-${secret.arn.slice(-6)}`;
    const version = { id, createdAt: Date.now(), value: secret.door.change(), stages: new Set<string>() };
    existing.versions.set(id, version);
    moveStage(world, existing, 'AWSCURRENT', version);
  });

/** An operator restores the previous version. */
const goBack: Action = (scene, secret) =>
  alone(scene, secret, async () => {
    const { world } = scene.organization;
    const existing = world.secrets.get(secret.arn);
    const previous = existing === undefined ? undefined : findVersion(existing, 'AWSPREVIOUS');
    if (existing === undefined || previous?.value === undefined) return;
    secret.door.restore(previous.value);
    moveStage(world, existing, 'AWSCURRENT', previous);
  });

async function alone(
  { busy }: ActionContext,
  { arn }: RotatedSecret,
  act: () => Promise<void>,
): Promise<void> {
  if (busy.has(arn)) return;
  busy.add(arn);
  await act().finally(() => busy.delete(arn));
}

/** Somebody deploys a hosted configuration to one of the environments, if AppConfig allows it. */
const occupy: Action = async (scene, secret) => {
  const { application } = secret;
  const profile = findProfile(application, scene.draw.pick(['settings', 'settings', hostedName]));
  if (application.environments.size === 0 || profile === undefined) return;
  const client = clientOf(scene, secret, AppConfigClient, 'others');
  const command = new StartDeploymentCommand({
    ApplicationId: application.id,
    EnvironmentId: scene.draw.pick([...application.environments.keys()]),
    ConfigurationProfileId: profile.id,
    ConfigurationVersion: '1',
    DeploymentStrategyId: scene.draw.pick(scene.strategies),
  });
  await client.send(command).catch(() => {});
};

/** An alarm goes off for some minutes. */
const alarm: Action = ({ organization, draw }, { application }) => {
  const { world } = organization;
  const monitored = [...application.environments.values()].flatMap(({ monitors }) => monitors);
  if (monitored.length === 0) return;
  const arn = draw.pick(monitored);
  raiseAlarm(world, arn);
  setTimeout(() => world.appConfig.alarms.delete(arn), draw.between(1, 5) * minute);
};

const byHand: Action = ({ hub, start, run, watch }, { arn }) => {
  if (!hub) return;
  watch.asked();
  run(start({ secretId: arn }));
};

const addEnvironment: Action = (_, { home }) => {
  const id = makeFreshId(home, 'add');
  // A name that is no id: after a new creation, the old id must not find the environment.
  home.application.environments.set(id, { id, name: `added-${id}`, monitors: [], deployments: [] });
};

/** Permanently, and only if no target of the configuration names it. */
const removeEnvironment: Action = ({ secrets, draw }, { application }) => {
  const isNamed = secrets.some((each) => each.application === application && each.named);
  const ids = [...application.environments.keys()];
  if (!isNamed && ids.length > 1) application.environments.delete(draw.pick(ids));
};

const possible: readonly Action[] = [
  ...Array.from({ length: 8 }, () => rotate),
  setByHand,
  setByHand,
  goBack,
  goBack,
  occupy,
  occupy,
  alarm,
  alarm,
  byHand,
  addEnvironment,
  removeEnvironment,
  requestDeployment,
  requestDeployment,
  requestDeployment,
  requestWrongDeployment,
  deleteSomething,
  deleteSomething,
  deny,
];

/** In the quiet at the end, every secret is rotated: unfinished work must not block it. */
async function lastRotations(scene: ActionContext): Promise<void> {
  for (const { application } of scene.secrets)
    for (const { monitors } of application.environments.values())
      for (const arn of monitors) scene.organization.world.appConfig.alarms.delete(arn);
  // A stale AWSPENDING costs one rotation.
  for (let round = 0; round < 2; round += 1)
    for (const secret of scene.secrets) {
      await rotate(scene, secret);
      await sleep(minute);
    }
}

/** When an event is delivered: mostly once and soon, sometimes late, twice, or never. */
function announce(scene: ActionContext, event: object): void {
  const { draw, hub, start, run } = scene;
  if (!hub || draw.chance(0.15)) return;
  const times = draw.chance(0.15) ? 2 : 1;
  for (let time = 0; time < times; time += 1) {
    const delay = draw.chance(0.8) ? draw.between(200, 5_000) : draw.between(0, 20 * minute);
    run(sleep(delay).then(() => start(event)));
  }
}

/** The events of the rotation function, as the rule of the bus would forward them. */
const askedEvents = ({ operation, input }: SimulatedCall): readonly object[] =>
  operation === 'PutEvents'
    ? ((input as PutEventsCommandInput).Entries ?? [])
        .filter(({ Source }) => Source === rotatedEvent.source)
        .map(({ Source, DetailType, Resources, Detail }) => ({
          source: Source,
          'detail-type': DetailType,
          resources: Resources,
          detail: JSON.parse(String(Detail)),
        }))
    : [];
