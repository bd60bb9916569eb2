import { expect, test } from '@jest/globals';
import {
  currentVersion,
  deliveries,
  deploy,
  deployedTo,
  planted,
  rotate,
  rotationWorld,
  servedTo,
  startCount,
} from './rotations.ts';
import { announcements } from './sweeps.ts';

test('a rotated secret is deployed to the environment that serves it, recorded and announced', async () => {
  const of = await rotationWorld();
  const event = await rotate(of);
  of.organisation.resetCalls();

  const { status, run } = await deploy(of, event);

  expect(status).toBe('SUCCEEDED');
  expect(deployedTo(of)).toEqual([await currentVersion(of)]);
  expect(servedTo(of)).toBe(`${planted}-2`);
  expect(run).toMatchObject({ status: 'succeeded', cause: 'rotated', reason: '1 of 1 deployments complete' });
  expect(announcements(of)).toEqual(['Configuration Deployed']);
  expect(await deliveries(of)).toEqual([
    expect.objectContaining({ status: 'complete', starts: 1, secondStarts: 0, deployment: 1 }),
  ]);
});

test('events that tell of it again start nothing', async () => {
  const of = await rotationWorld();
  const event = await rotate(of);
  await deploy(of, event);

  const again = await Promise.all([deploy(of, event), deploy(of, { secretId: of.secretArn })]);

  expect(again.map(({ run }) => run?.status)).toEqual(['succeeded', 'succeeded']);
  expect(startCount(of)).toBe(1);
});
