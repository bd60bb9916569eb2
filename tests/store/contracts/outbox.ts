import { beforeEach, describe, expect, test } from '@jest/globals';
import type { OutboxStore } from '../../../shared/store/ports.ts';
import type { MakeStore } from '../../fixtures/make-store.ts';
import { aDelivery, at, later, secretArn as source } from '../../fixtures/store-items.ts';

export function outboxContract(makeStore: MakeStore): void {
  describe('outbox', () => {
    let outbox: OutboxStore;
    beforeEach(async () => {
      outbox = (await makeStore()).outbox;
    });

    test('stores one delivery for a version and a target, with all fields', async () => {
      const full = aDelivery({
        status: 'failed',
        kmsKey: 'arn:aws:kms:eu-west-1:444455556666:key/1234abcd',
        waitingSince: at,
        deployment: 7,
        lastKnownDeployment: 3,
        startedAt: at,
        endedAt: later,
        reason: 'AppConfig refused it',
        again: { until: Date.parse(later), notifiedByRun: 'run-1' },
        error: { name: 'DeploymentRefusedError', message: 'No', retryable: false, fields: { deployment: 7 } },
      });
      expect(await outbox.get(full)).toBeUndefined();
      expect(await outbox.put(full, undefined)).toBe(true);
      expect(await outbox.get({ source, id: full.id })).toStrictEqual(full);
      expect(await outbox.get({ source, id: 'app1234/env1234/prof123/version-2' })).toBeUndefined();
    });

    test('accepts a change of a delivery only with the revision that was read', async () => {
      await outbox.put(aDelivery(), undefined);
      expect(await outbox.put(aDelivery({ runId: 'run-2' }), undefined)).toBe(false);
      expect(await outbox.put(aDelivery({ status: 'started', revision: 2 }), 1)).toBe(true);
      expect(await outbox.put(aDelivery({ runId: 'run-2', revision: 2 }), 1)).toBe(false);
      expect(await outbox.get(aDelivery())).toMatchObject({ status: 'started', runId: 'run-1' });
    });

    test('gives a delivery to one of 10 simultaneous claims', async () => {
      const claims = Array.from({ length: 10 }, (_, number) => aDelivery({ runId: `run-${number}` }));
      const held = await Promise.all(claims.map((claim) => outbox.put(claim, undefined)));
      expect(held.filter(Boolean)).toHaveLength(1);
    });

    test('lists deliveries that have not ended', async () => {
      const other = aDelivery({ id: 'app1234/env9999/prof123/version-1' });
      const elsewhere = aDelivery({ source: 'appconfig:444455556666:eu-west-1:app1234:prof123' });
      for (const delivery of [other, aDelivery(), elsewhere]) await outbox.put(delivery, undefined);
      await outbox.put({ ...other, status: 'started', revision: 2 }, 1);
      expect(
        (await outbox.listOpen()).items.map(({ source: from, id, status }) => [from, id, status]),
      ).toEqual([
        [elsewhere.source, elsewhere.id, 'claimed'],
        [source, aDelivery().id, 'claimed'],
        [source, other.id, 'started'],
      ]);
      await outbox.put(aDelivery({ status: 'complete', revision: 2 }), 1);
      await outbox.put({ ...other, status: 'rolled-back', revision: 3 }, 2);
      expect((await outbox.listOpen()).items).toStrictEqual([elsewhere]);
    });

    test('lists the versions of one target', async () => {
      const second = aDelivery({ id: 'app1234/env1234/prof123/version-2', version: 'version-2' });
      const elsewhere = aDelivery({ id: 'app1234/env9999/prof123/version-1' });
      for (const delivery of [second, aDelivery(), elsewhere, aDelivery({ source: 'another' })])
        await outbox.put(delivery, undefined);
      expect(await outbox.listBySource(source, 'app1234/env1234/prof123/')).toStrictEqual([
        aDelivery(),
        second,
      ]);
    });

    test('remembers and forgets secrets', async () => {
      for (const arn of ['b', source, 'b']) await outbox.watch(arn);
      expect(await outbox.listWatched()).toEqual([source, 'b']);
      await outbox.unwatch('b');
      await outbox.unwatch('c');
      expect(await outbox.listWatched()).toEqual([source]);
      expect((await outbox.listOpen()).items).toEqual([]);
    });

    test('lists a delivery that had to wait too long until it has ended', async () => {
      const again = { until: Date.parse(later), notifiedByRun: 'run-1' };
      await outbox.put(aDelivery({ status: 'timed-out', again }), undefined);
      expect((await outbox.listOpen()).items.map(({ status }) => status)).toEqual(['timed-out']);
      await outbox.put(aDelivery({ status: 'withdrawn', revision: 2 }), 1);
      expect((await outbox.listOpen()).items).toEqual([]);
      expect(await outbox.get(aDelivery())).toMatchObject({ status: 'withdrawn' });
    });

    test('remembers the targets of a secret until the secret is forgotten', async () => {
      const target = { application: 'app1234', environment: 'env1234', profile: 'prof123' };
      await outbox.watch(source);
      expect(await outbox.getRememberedTargets(source)).toBeUndefined();
      await outbox.rememberTargets(source, { targets: [target], at: 1 });
      await outbox.rememberTargets(source, { targets: [target, target], at: 2 });
      await outbox.watch(source);
      expect(await outbox.getRememberedTargets(source)).toStrictEqual({ targets: [target, target], at: 2 });
      expect(await outbox.getRememberedTargets('another')).toBeUndefined();
      await outbox.rememberTargets(source, {
        targets: [],
        at: 0,
        trouble: 'AccessDeniedError',
        notifiedByRun: 'run-1',
        troubleAt: Date.parse(later),
      });
      expect(await outbox.getRememberedTargets(source)).toStrictEqual({
        targets: [],
        at: 0,
        trouble: 'AccessDeniedError',
        notifiedByRun: 'run-1',
        troubleAt: Date.parse(later),
      });
      expect(await outbox.listWatched()).toEqual([source]);
      await outbox.unwatch(source);
      expect(await outbox.getRememberedTargets(source)).toBeUndefined();
    });

    test('lists a delivery as open when it is resumed', async () => {
      await outbox.put(aDelivery({ status: 'failed' }), undefined);
      expect((await outbox.listOpen()).items).toEqual([]);
      await outbox.put(aDelivery({ revision: 2 }), 1);
      expect((await outbox.listOpen()).items).toHaveLength(1);
    });
  });
}
