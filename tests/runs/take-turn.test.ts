import { expect, test } from '@jest/globals';
import { type TurnStep, takeTurn } from '../../shared/runs/take-turn.ts';
import { createMemoryStore } from '../../shared/store/memory.ts';
import { flowClock, seeded } from '../fixtures/flow-clock.ts';

const accountId = '111122223333';

function createServices() {
  const clock = flowClock();
  const services = { clock, random: seeded(1), store: createMemoryStore() };
  const take = (step: Partial<TurnStep> = {}) => takeTurn(services, { accountId, waitedSeconds: 0, ...step });
  return { ...services, take };
}

test('gives five turns for each second when many runs take one at a time', async () => {
  const { take } = createServices();

  const turns = await Promise.all(Array.from({ length: 12 }, () => take()));

  const seconds = turns.map(({ waitSeconds }) => waitSeconds).sort((a, b) => a - b);
  expect(seconds).toEqual([1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3]);
});

test('gives the first turn at once when the last turn has passed', async () => {
  const { clock, take } = createServices();
  for (let turn = 1; turn <= 50; turn += 1) await take();
  const late = await take();
  clock.advance(60_000);

  expect(late.waitSeconds).toBe(11);
  expect((await take()).waitSeconds).toBe(1);
});

test('adds the wait to the time that the registration has waited before', async () => {
  const { take } = createServices();

  expect(await take({ waitedSeconds: 30 })).toEqual({ waitSeconds: 1, waitedSeconds: 31 });
});

test('throws an error that no retry mends when the registration has waited for an hour', async () => {
  const { store, take } = createServices();

  await expect(take({ waitedSeconds: 3_600 })).rejects.toMatchObject({
    name: 'RegistrationTimeoutError',
    retryable: false,
    message: expect.stringContaining(`account ${accountId}`),
  });
  expect(await store.registry.getLastTurn()).toBeUndefined();
});

test('ignores a turn that a machine with a fast clock has stored', async () => {
  const { clock, store, take } = createServices();
  await store.registry.putLastTurn(clock.now() + 2 * 3_600_000, undefined);

  expect((await take()).waitSeconds).toBe(1);
});
