import type { Random } from '../../shared/clock.ts';
import type { Store } from '../../shared/store/ports.ts';
import { isUnfinished } from '../../shared/store/ports.ts';
import { simulatedServices } from '../../simulator/simulated-services.ts';
import { seeded } from './clock.ts';
import { losingTheAnswer, refuse } from './faults.ts';
import {
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  namedTarget,
  planted,
  type RotationWorld,
  rotate,
  rotateBack,
  rotationWorld,
  servedTo,
} from './rotations.ts';

export interface SimulatedRotations {
  readonly rotations: number;
  /** Starts that took effect, and those whose answer was not told. */
  readonly starts: number;
  readonly ambiguous: number;
  /** What should not be, a line each. */
  readonly violations: readonly string[];
}

const environments = ['production', 'test'];
const hour = 3_600_000;

/**
 * Several rotations in a world of a seed's making: events are lost and repeated, runs die, answers never come, other
 * deployments are under way; then the clock looks after what is left, and the promises are checked.
 */
export async function simulateRotations(seed: number): Promise<SimulatedRotations> {
  const random = seeded(seed);
  const of = await rotationWorld({
    environments,
    bakeMinutes: random() < 0.5 ? 0 : 10,
    ...(random() < 0.7 ? { rotation: namedTarget } : {}),
  });
  const named = of.configuration.rotation?.targets.length !== 0;
  const faults = faulty(of, random);
  const rotations = 2 + Math.floor(random() * 4);
  const running: Promise<unknown>[] = [];
  for (let number = 0; number < rotations; number += 1) {
    const event = number > 1 && random() < 0.2 ? await rotateBack(of) : await rotate(of);
    // The look knows named secrets, and others from their first event on.
    const needed = !named && number === rotations - 1 ? 1 : 0;
    const times = Math.max(needed, Math.floor(random() * 3));
    for (let time = 0; time < times; time += 1) running.push(deploy(of, event, mortally(of, random)));
    if (random() < 0.6) await Promise.all(running.splice(0));
    of.clock.advance(Math.floor(random() * 30) * 60_000);
  }
  await Promise.all(running);
  faults.stop();
  await lookUntilDone(of);
  return { rotations, ...faults.counts, violations: await violationsOf(of, faults.counts.ambiguous) };
}

/** One start in four goes wrong. */
function faulty({ organisation }: RotationWorld, random: Random) {
  const counts = { starts: 0, ambiguous: 0 };
  const stop = organisation.intercept(async (call, proceed) => {
    if (call.operation !== 'StartDeployment') return proceed();
    const effective = async () => {
      const answer = await proceed();
      counts.starts += 1;
      return answer;
    };
    const dice = random();
    if (dice < 0.08) {
      counts.ambiguous += 1;
      return losingTheAnswer(call, effective);
    }
    if (dice < 0.16) {
      counts.ambiguous += 1;
      return refuse('InternalServerException', 'We are sorry', 500)(call, proceed);
    }
    return dice < 0.25 ? refuse('ThrottlingException', 'Rate exceeded')(call, proceed) : effective();
  });
  return { counts, stop };
}

/** Some runs die at one of their first changes or calls. */
function mortally(of: RotationWorld, random: Random) {
  let left = random() < 0.5 ? Number.POSITIVE_INFINITY : Math.floor(random() * 40);
  const guard = async <T>(proceed: () => Promise<T>): Promise<T> => {
    left -= 1;
    if (left < 0) throw Object.assign(new Error('The process is gone'), { name: 'ProcessIsGone' });
    return proceed();
  };
  const { outbox, runs } = of.store;
  const store: Store = {
    ...of.store,
    outbox: {
      ...outbox,
      get: (key) => guard(() => outbox.get(key)),
      put: async (...given) => {
        const held = await guard(() => outbox.put(...given));
        return guard(async () => held);
      },
    },
    runs: { ...runs, put: (run) => guard(() => runs.put(run)) },
  };
  return { services: simulatedServices(of.organisation, { store }) };
}

async function lookUntilDone(of: RotationWorld): Promise<void> {
  for (let look = 0; look < 12; look += 1) {
    of.clock.advance(hour);
    await deploy(of, { unfinished: true });
    if (look > 0 && (await of.store.outbox.open()).length === 0) return;
  }
}

async function violationsOf(of: RotationWorld, ambiguous: number): Promise<readonly string[]> {
  const secret = of.organisation.world.secrets.get(of.secretArn);
  const password = JSON.parse(secret?.versions.get(currentVersion(of))?.value ?? '{}').password;
  const found = await Promise.all(environments.map((name) => violationsIn(of, { name, password })));
  const doubled = environments.reduce((sum, name) => sum + doubles(deployedTo(of, name)), 0);
  return [
    ...found.flat(),
    ...(doubled > ambiguous ? [`${doubled} doubled starts, and ${ambiguous} answers that never came`] : []),
  ];
}

async function violationsIn(
  of: RotationWorld,
  { name, password }: { readonly name: string; readonly password: string },
): Promise<readonly string[]> {
  const all = await deliveries(of, name);
  const served = servedTo(of, name);
  const unfinished = all.filter(isUnfinished);
  const ends = all.filter(({ status }) => !['complete', 'superseded'].includes(status));
  return [
    ...(served === password
      ? []
      : [`${name} serves ${served?.replace(planted, '')}, not ${password.replace(planted, '')}`]),
    ...unfinished.map(({ id }) => `${id} has not ended`),
    ...ends.map(({ id, status, reason }) => `${id} ended as ${status}: ${reason}`),
  ];
}

/** How often a version was started straight after itself. */
const doubles = (versions: readonly string[]): number =>
  versions.filter((version, index) => index > 0 && versions[index - 1] === version).length;
