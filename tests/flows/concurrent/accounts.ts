import { describe, expect, test } from '@jest/globals';
import { bucket, everything, key, people } from '../configurations.ts';
import { created } from '../events.ts';
import { death, fault, slowly } from '../faults.ts';
import { due, named, onboard, outcomes, world, writeCounts } from '../flows-fixture.ts';
import type { MakeStorage } from '../storage.ts';

const statuses = (ended: readonly { readonly status: string }[]) => [
  ...new Set(ended.map(({ status }) => status)),
];

export function accountFlows(makeStorage: MakeStorage): void {
  describe('accounts', () => {
    test('two accounts that arrive at once are both in every policy', async () => {
      const of = await world({ storage: await makeStorage() });
      slowly(of, 100);
      const [first, second] = [created(of), created(of)];

      const ended = await Promise.all([onboard(of, first.event), onboard(of, second.event)]);

      expect(statuses(ended)).toEqual(['SUCCEEDED']);
      expect(named(of)).toEqual(due(of));
      expect(named(of)[bucket]).toEqual(expect.arrayContaining([first.id, second.id]));
    });

    test('ten accounts that arrive at once are all in every policy, with fewer writes than runs', async () => {
      const of = await world({ storage: await makeStorage() });
      slowly(of, 100);
      const accounts = Array.from({ length: 10 }, () => created(of));

      const ended = await Promise.all(accounts.map(({ event }) => onboard(of, event)));

      expect(statuses(ended)).toEqual(['SUCCEEDED']);
      expect(named(of)).toEqual(due(of));
      const revisions = (await of.store.registry.accounts()).map(({ revision }) => revision);
      expect(new Set(revisions).size).toBe(revisions.length);
      const counts = writeCounts(of);
      expect(counts['example-logs']).toBeLessThan(5);
      expect(counts['1234abcd-12ab-34cd-56ef-1234567890ab']).toBeLessThan(5);
    });

    test('the same event five times at once has the effect of one', async () => {
      const of = await world({ storage: await makeStorage() });
      slowly(of, 100);
      const { event } = created(of);

      const ended = await Promise.all(Array.from({ length: 5 }, () => onboard(of, event)));

      expect(statuses(ended)).toEqual(['SUCCEEDED']);
      expect(named(of)).toEqual(due(of));
      expect(writeCounts(of)).toMatchObject({ 'example-logs': 1, 'base/node': 1 });
    });

    test('onboarding the same account again writes nothing at all', async () => {
      const of = await world({ storage: await makeStorage() });
      const { id, event } = created(of);
      await onboard(of, event);
      of.organization.resetCalls();

      const again = await onboard(of, event);
      const byHand = await onboard(of, { accountId: id });

      expect(again.run).toMatchObject({
        status: 'succeeded',
        reason: expect.stringContaining('Nothing to do'),
      });
      expect(byHand.run.status).toBe('succeeded');
      expect(writeCounts(of)).toEqual({});
    });

    test('a holder that dies between its read and its write loses nothing, and cannot write late', async () => {
      const of = await world({ storage: await makeStorage() });
      const dead = death('UpdateLogAccountFunctionArn', 'after');
      const first = created(of);
      // The plan reads first; the second read is the holder's.
      let reads = 0;
      fault(
        of,
        'GetBucketPolicy',
        (call, proceed) => (++reads === 2 ? dead.here(call, proceed) : proceed()),
        2,
      );

      const one = await onboard(of, first.event, { around: dead.around, name: 'dies' });
      const second = created(of);
      const two = await onboard(of, second.event);
      const before = named(of);
      of.organization.resetCalls();
      const late = await dead.wake();

      expect(statuses([one, two])).toEqual(['SUCCEEDED']);
      expect(before).toEqual(due(of));
      expect(late).toMatchObject({ name: 'LeaseLostError' });
      expect(writeCounts(of)).toEqual({});
      expect(named(of)).toEqual(due(of));
    });

    test('a holder that dies between its write and its end leaves a resource that the next run takes over', async () => {
      const of = await world({ storage: await makeStorage() });
      const dead = death('UpdateLogAccountFunctionArn', 'after');
      const first = created(of);
      fault(of, 'PutBucketPolicy', dead.here);

      const one = await onboard(of, first.event, { around: dead.around });
      const second = created(of);
      const two = await onboard(of, second.event);
      const remembered = await of.store.resources.get(bucket);
      const late = await dead.wake();

      expect(statuses([one, two])).toEqual(['SUCCEEDED']);
      expect(named(of)).toEqual(due(of));
      expect(late).toMatchObject({ name: 'NotReadBackError' });
      expect(await of.store.resources.get(bucket)).toEqual(remembered);
    });

    test('what a dead attempt has written is on the record of its run, with what was there before', async () => {
      const of = await world({ storage: await makeStorage() });
      const dead = death('UpdateLogAccountFunctionArn', 'after');
      fault(of, 'PutBucketPolicy', dead.here);

      const ended = await onboard(of, created(of).event, { around: dead.around });

      const change = ended.changes.find(({ resource }) => resource === bucket);
      expect(change?.outcome).toBe('written');
      expect(JSON.stringify(change?.before)).not.toContain('AccountOnboardingflowsLogsWrite');
      expect(JSON.stringify(change?.after)).toContain('AccountOnboardingflowsLogsWrite');
    });

    test('a run that waits for a dead holder of another resource is not held up by it', async () => {
      const of = await world({ storage: await makeStorage() });
      const dead = death('UpdateLogAccountFunctionArn');
      fault(of, 'PutKeyPolicy', dead.here);

      const ended = await onboard(of, created(of).event, { around: dead.around });

      expect(outcomes(ended)).toMatchObject(
        Object.fromEntries([bucket, key, people].map((each) => [each, 'written'])),
      );
      expect(named(of)).toEqual(due(of));
      expect(Object.keys(outcomes(ended)).sort()).toEqual([...everything].sort());
    });
  });
}
