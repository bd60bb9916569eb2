import { expect, test } from '@jest/globals';
import { isSamePolicy } from '../../shared/iam/equality.ts';
import { created, moved, workloads } from '../fixtures/account-events.ts';
import { losingTheAnswer, refuse } from '../fixtures/call-faults.ts';
import { seeded } from '../fixtures/flow-clock.ts';
import { small } from '../fixtures/small-configuration.ts';
import { createEnv, due, foreign, named, onboard, type TestEnv } from '../fixtures/test-env.ts';

const seeds = Array.from({ length: 12 }, (_, index) => index + 1);

/** Every call takes some time; a few are throttled, and a few writes lose their answer. */
function weather(env: TestEnv, random: () => number): void {
  env.organization.intercept(async (call, proceed) => {
    await env.clock.sleep(random() * 400);
    const luck = random();
    const isWrite = /^(Put|Set)/.test(call.operation) && call.operation !== 'PutEvents';
    if (isWrite && luck < 0.05) return refuse('ThrottlingException', 'Rate exceeded')(call, proceed);
    if (isWrite && luck < 0.08) return losingTheAnswer(call, proceed);
    const answer = await proceed();
    await env.clock.sleep(random() * 400);
    return answer;
  });
}

/** A few accounts arrive within seconds, each event once or twice, some are moved, one is closed. */
async function someDay(env: TestEnv, random: () => number): Promise<unknown[]> {
  const days = Array.from({ length: 2 + Math.floor(random() * 3) }, async () => {
    await env.clock.sleep(random() * 3_000);
    const { id, event } = created(env);
    const runs = [onboard(env, event)];
    if (random() < 0.3) runs.push(onboard(env, event));
    await env.clock.sleep(random() * 4_000);
    if (random() < 0.5) runs.push(onboard(env, moved(env, id, workloads)));
    await env.clock.sleep(random() * 4_000);
    if (random() < 0.2) {
      env.organization.closeAccount(id);
      runs.push(onboard(env, { accountId: id, mode: 'sync' }));
    }
    return Promise.all(runs);
  });
  return (await Promise.all(days)).flat();
}

test(`keeps every account and all unmanaged content in ${seeds.length} random schedules`, async () => {
  for (const seed of seeds) {
    const env = await createEnv({ configuration: small(['bucket', 'key', 'repository']), seed });
    const before = foreign(env);
    const random = seeded(seed);
    weather(env, random);

    const ended = await someDay(env, random);

    expect({ seed, named: named(env) }).toEqual({ seed, named: due(env) });
    expect({ seed, ended }).toEqual({
      seed,
      ended: ended.map(() => expect.objectContaining({ status: 'SUCCEEDED' })),
    });
    for (const [resource, documents] of Object.entries(before))
      expect(isSamePolicy(documents[0], foreign(env)[resource]?.[0])).toBe(true);
  }
}, 60_000);
