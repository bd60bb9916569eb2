import { describe, expect, test } from '@jest/globals';
import { created } from '../../fixtures/account-events.ts';
import { slowly } from '../../fixtures/call-faults.ts';
import { bucket } from '../../fixtures/small-configuration.ts';
import type { MakeStorage } from '../../fixtures/storage.ts';
import { createSweptEnv, sweep } from '../../fixtures/sweeps.ts';
import { due, named, onboard, writeCounts } from '../../fixtures/test-env.ts';

export function sweepFlows(makeStorage: MakeStorage): void {
  describe('sweeps', () => {
    test('writes each resource once when two sweeps run at once', async () => {
      const env = await createSweptEnv({ storage: await makeStorage() });
      created(env);
      slowly(env, 100);

      const ended = await Promise.all([sweep(env), sweep(env)]);

      expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
      expect(named(env)).toEqual(due(env));
      expect(writeCounts(env)).toMatchObject({ 'example-logs': 1 });
    });

    test('loses no account when a sweep and runs of accounts work at once', async () => {
      const env = await createSweptEnv({ storage: await makeStorage() });
      slowly(env, 100);
      const accounts = Array.from({ length: 5 }, () => created(env));
      const unnoticed = created(env);

      const ended = await Promise.all([sweep(env), ...accounts.map(({ event }) => onboard(env, event))]);

      expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']));
      expect(named(env)).toEqual(due(env));
      expect(named(env)[bucket]).toContain(unnoticed.id);
    });
  });
}
