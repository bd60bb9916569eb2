import { expect, test } from '@jest/globals';
import { shared } from './configurations.ts';
import { refuse } from './faults.ts';
import { deploy, namedTarget, planted, region, rotate, rotationWorld, servedTo } from './rotations.ts';

test('a look finds the rotation of a named secret whose event never came', async () => {
  const of = await rotationWorld({ rotation: namedTarget });
  await rotate(of);

  const { run } = await deploy(of, { unfinished: true });

  expect(run).toMatchObject({ status: 'succeeded', cause: 'unfinished' });
  expect(servedTo(of)).toBe(`${planted}-2`);
  expect(await deploy(of, { unfinished: true })).toEqual({ status: 'SUCCEEDED', run: undefined });
});

test('a look finds the rotation of a secret that was deployed before and is named nowhere', async () => {
  const of = await rotationWorld();
  await deploy(of, { secretId: of.secretArn });
  await rotate(of);

  expect((await deploy(of, { unfinished: true })).run?.status).toBe('succeeded');

  expect(servedTo(of)).toBe(`${planted}-2`);
  of.organization.world.secrets.delete(of.secretArn);
  expect((await deploy(of, { unfinished: true })).run?.status).toBe('failed');
  // It was told once, and is not looked at any more.
  expect((await deploy(of, { unfinished: true })).run).toBeUndefined();
});

test('a look at many secrets lists the profiles once, and one in trouble keeps no other from it', async () => {
  const of = await rotationWorld();
  await deploy(of, { secretId: of.secretArn });
  const add = (name: string) =>
    of.organization.addSecret({ accountId: shared, region, name, value: planted });
  const others = ['a/first', 'z/last'].map(add);
  const [troubled = ''] = others;
  for (const arn of others) await of.store.outbox.watch(arn);
  await rotate(of);
  of.organization.resetCalls();
  const unavailable = refuse('InternalServiceError', 'We are sorry', 500);
  of.organization.intercept(async (call, proceed) => {
    const { SecretId } = call.input as { readonly SecretId?: string };
    return call.operation === 'DescribeSecret' && SecretId === troubled
      ? unavailable(call, proceed)
      : proceed();
  });

  const { run } = await deploy(of, { unfinished: true });

  expect(run).toMatchObject({ status: 'succeeded', reason: '1 of 1 deployments complete' });
  expect(servedTo(of)).toBe(`${planted}-2`);
  expect(of.organization.calls.filter(({ operation }) => operation === 'ListApplications')).toHaveLength(1);
  // It is looked at again.
  expect(await of.store.outbox.watched()).toContain(troubled);
});
