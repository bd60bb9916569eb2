import { expect, test } from '@jest/globals';
import { samePolicy } from '../../shared/iam/equality.ts';
import { seeded } from './clock.ts';
import { small } from './configurations.ts';
import { created, moved, workloads } from './events.ts';
import { losingTheAnswer, refuse } from './faults.ts';
import { due, foreign, named, onboard, type World, world } from './flows-fixture.ts';

const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

/** Every call takes some time; a few are throttled, and a few writes lose their answer. */
function weather(of: World, random: () => number): void {
  of.organization.intercept(async (call, proceed) => {
    await of.clock.sleep(random() * 400);
    const luck = random();
    const isWrite = /^(Put|Set)/.test(call.operation) && call.operation !== 'PutEvents';
    if (isWrite && luck < 0.05) return refuse('ThrottlingException', 'Rate exceeded')(call, proceed);
    if (isWrite && luck < 0.08) return losingTheAnswer(call, proceed);
    const answer = await proceed();
    await of.clock.sleep(random() * 400);
    return answer;
  });
}

/** A few accounts arrive within seconds, each event once or twice, some are moved, one is closed. */
async function someDay(of: World, random: () => number): Promise<unknown[]> {
  const days = Array.from({ length: 2 + Math.floor(random() * 3) }, async () => {
    await of.clock.sleep(random() * 3_000);
    const { id, event } = created(of);
    const runs = [onboard(of, event)];
    if (random() < 0.3) runs.push(onboard(of, event));
    await of.clock.sleep(random() * 4_000);
    if (random() < 0.5) runs.push(onboard(of, moved(of, id, workloads)));
    await of.clock.sleep(random() * 4_000);
    if (random() < 0.2) {
      of.organization.closeAccount(id);
      runs.push(onboard(of, { accountId: id, expect: 'any' }));
    }
    return Promise.all(runs);
  });
  return (await Promise.all(days)).flat();
}

test(`in ${seeds.length} random schedules no account is lost, and nothing of others`, async () => {
  for (const seed of seeds) {
    const of = await world({ configuration: small(['bucket', 'key', 'repository']), seed });
    const before = foreign(of);
    const random = seeded(seed);
    weather(of, random);

    const ended = await someDay(of, random);

    expect({ seed, named: named(of) }).toEqual({ seed, named: due(of) });
    expect({ seed, ended }).toEqual({
      seed,
      ended: ended.map(() => expect.objectContaining({ status: 'SUCCEEDED' })),
    });
    for (const [resource, documents] of Object.entries(before))
      expect(samePolicy(documents[0], foreign(of)[resource]?.[0])).toBe(true);
  }
}, 60_000);
