import { expect, test } from '@jest/globals';
import { advance, ask, ends, hostedWorld, moment, occupy } from './hosted.ts';
import { currentVersion, deployedTo } from './rotations.ts';

const minute = 60_000;

test('the version that was asked for last wins, also where its run is the first to get there', async () => {
  const of = await hostedWorld();
  const [earlier, later] = [moment(of), moment(of)];
  const second = await ask(of, '2', { startedAt: later });
  const first = await ask(of, '1', { startedAt: earlier });

  await advance(of, [...first, ...second]);

  expect(deployedTo(of)).toEqual(['2']);
  expect(await ends(of)).toEqual([
    ['1', 'superseded'],
    ['2', 'complete'],
  ]);
});

test('a run that gets there late does not bring back what was asked for after it, and is over', async () => {
  const of = await hostedWorld();
  const early = moment(of);
  await advance(of, await ask(of, '1'));
  await advance(of, await ask(of, '2'));

  expect(await ask(of, '1', { runId: 'late', startedAt: early })).toEqual([]);

  expect(deployedTo(of)).toEqual(['1', '2']);
});

test('a version that waits and is asked for again is the younger wish, though its first run goes on with it', async () => {
  const of = await hostedWorld();
  await occupy(of);
  const first = await ask(of, '1');
  const between = moment(of);
  expect(await ask(of, '1', { runId: 'again' })).toEqual([]);
  const other = await ask(of, '2', { startedAt: between });

  await advance(of, [...other, ...first]);

  expect(deployedTo(of)).toEqual([currentVersion(of), '1']);
});

test('a wish from a machine whose clock is fast is not in the way of the wishes after it', async () => {
  const of = await hostedWorld();
  const fast = new Date(of.clock.now() + 5 * minute).toISOString();
  await advance(of, await ask(of, '1', { startedAt: fast }));
  await advance(of, await ask(of, '2'));
  await advance(of, await ask(of, '1', { runId: 'back' }));

  expect(deployedTo(of)).toEqual(['1', '2', '1']);
});
