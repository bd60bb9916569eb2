import { describe, expect, test } from '@jest/globals';
import { bucket } from '../configurations.ts';
import { created } from '../events.ts';
import { slowly } from '../faults.ts';
import { due, named, onboard, writeCounts } from '../flows-fixture.ts';
import type { MakeStorage } from '../storage.ts';
import { sweep, swept } from '../sweeps.ts';

export function sweepFlows(makeStorage: MakeStorage): void {
  describe('sweeps', () => {
    test('two sweeps at once write each resource once', async () => {
      const of = await swept({ storage: await makeStorage() });
      created(of);
      slowly(of, 100);

      const ended = await Promise.all([sweep(of), sweep(of)]);

      expect(ended.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
      expect(named(of)).toEqual(due(of));
      expect(writeCounts(of)).toMatchObject({ 'example-logs': 1 });
    });

    test('a sweep and the runs of accounts at once lose nothing', async () => {
      const of = await swept({ storage: await makeStorage() });
      slowly(of, 100);
      const accounts = Array.from({ length: 5 }, () => created(of));
      const unnoticed = created(of);

      const ended = await Promise.all([sweep(of), ...accounts.map(({ event }) => onboard(of, event))]);

      expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(['SUCCEEDED']));
      expect(named(of)).toEqual(due(of));
      expect(named(of)[bucket]).toContain(unnoticed.id);
    });
  });
}
