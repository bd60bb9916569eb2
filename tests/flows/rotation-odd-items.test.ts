import { expect, test } from '@jest/globals';
import { toErrorRecord } from '../../shared/platform/errors.ts';
import type { OutboxStore, Store } from '../../shared/store/ports.ts';
import { StoredItemError } from '../../shared/store/stored-item-error.ts';
import {
  createSecretEnv,
  deploy,
  planted,
  rotate,
  type SecretEnv,
  servedTo,
} from '../fixtures/secret-env.ts';

const unreadable = (source: string, id: string): StoredItemError =>
  new StoredItemError('onboarding', { pk: `OUTBOX#${source}`, sk: `DELIVERY#${id}` }, [
    { path: 'ownedUntil', message: 'expected a moment' },
  ]);

const withOutbox =
  (change: (outbox: OutboxStore) => Partial<OutboxStore>) =>
  ({ outbox }: Store): Partial<Store> => ({ outbox: { ...outbox, ...change(outbox) } });

test('deploys to the other targets when the item of one delivery cannot be read', async () => {
  const env: SecretEnv = await createSecretEnv({
    environments: ['first', 'second'],
    around: withOutbox((outbox) => ({
      get: async (key) => {
        if (key.id.includes(idOf(env, 'first'))) throw unreadable(key.source, key.id);
        return outbox.get(key);
      },
    })),
  });
  await rotate(env);

  const { run } = await deploy(env, { secretId: env.secretArn });

  expect(servedTo(env, 'second')).toBe(`${planted}-2`);
  expect(run).toMatchObject({
    status: 'failed',
    unresolved: [
      expect.stringMatching(/StoredItemError: The item OUTBOX#.*ownedUntil.*start the deployment again/s),
    ],
  });
});

test('continues the other deliveries when the item of an open delivery cannot be read', async () => {
  const error = toErrorRecord(
    unreadable('arn:aws:secretsmanager:eu-west-1:444444444444:secret:other', 'a/e/p/1'),
  );
  const env = await createSecretEnv({
    around: withOutbox((outbox) => ({
      listOpen: async () => ({ ...(await outbox.listOpen()), unreadable: [error] }),
    })),
  });
  await deploy(env, { secretId: env.secretArn });
  await rotate(env);

  const own = await deploy(env, { secretId: env.secretArn });
  await rotate(env);
  const check = await deploy(env, { resumePending: true });

  expect(own.run?.status).toBe('succeeded');
  expect(servedTo(env)).toBe(`${planted}-3`);
  expect(check.run).toMatchObject({
    status: 'failed',
    unresolved: [expect.stringMatching(/^StoredItemError: The item OUTBOX#.*:other/)],
  });
});

const idOf = ({ application }: SecretEnv, name: string): string =>
  [...application.environments.values()].find((each) => each.name === name)?.id ?? name;
