import { describe, expect, test } from '@jest/globals';
import { created } from '../../fixtures/account-events.ts';
import { death, fault, slowly } from '../../fixtures/call-faults.ts';
import { bucket, everything, key, people } from '../../fixtures/small-configuration.ts';
import type { MakeStorage } from '../../fixtures/storage.ts';
import { createEnv, due, named, onboard, outcomes, writeCounts } from '../../fixtures/test-env.ts';

const statuses = (ended: readonly { readonly status: string }[]) => [
  ...new Set(ended.map(({ status }) => status)),
];

export function accountFlows(makeStorage: MakeStorage): void {
  describe('accounts', () => {
    test('writes both accounts to every policy when two accounts arrive at once', async () => {
      const env = await createEnv({ storage: await makeStorage() });
      slowly(env, 100);
      const [first, second] = [created(env), created(env)];

      const ended = await Promise.all([onboard(env, first.event), onboard(env, second.event)]);

      expect(statuses(ended)).toEqual(['SUCCEEDED']);
      expect(named(env)).toEqual(due(env));
      expect(named(env)[bucket]).toEqual(expect.arrayContaining([first.id, second.id]));
    });

    test('writes ten accounts to every policy with fewer writes than runs when they arrive at once', async () => {
      const env = await createEnv({ storage: await makeStorage() });
      slowly(env, 100);
      const accounts = Array.from({ length: 10 }, () => created(env));

      const ended = await Promise.all(accounts.map(({ event }) => onboard(env, event)));

      expect(statuses(ended)).toEqual(['SUCCEEDED']);
      expect(named(env)).toEqual(due(env));
      const revisions = (await env.store.registry.listAccounts()).map(({ revision }) => revision);
      expect(new Set(revisions).size).toBe(revisions.length);
      const counts = writeCounts(env);
      expect(counts['example-logs']).toBeLessThan(5);
      expect(counts['1234abcd-12ab-34cd-56ef-1234567890ab']).toBeLessThan(5);
    });

    test('serves an account once when its event arrives five times at once', async () => {
      const env = await createEnv({ storage: await makeStorage() });
      slowly(env, 100);
      const { event } = created(env);

      const ended = await Promise.all(Array.from({ length: 5 }, () => onboard(env, event)));

      expect(statuses(ended)).toEqual(['SUCCEEDED']);
      expect(named(env)).toEqual(due(env));
      expect(writeCounts(env)).toMatchObject({ 'example-logs': 1, 'base/node': 1 });
    });

    test('writes nothing when an account is onboarded a second time', async () => {
      const env = await createEnv({ storage: await makeStorage() });
      const { id, event } = created(env);
      await onboard(env, event);
      env.organization.resetCalls();

      const again = await onboard(env, event);
      const byHand = await onboard(env, { accountId: id });

      expect(again.run).toMatchObject({
        status: 'succeeded',
        reason: expect.stringContaining('Nothing to do'),
      });
      expect(byHand.run.status).toBe('succeeded');
      expect(writeCounts(env)).toEqual({});
    });

    test('loses no account and sends no late write when a run dies before its write while it holds the lease', async () => {
      const env = await createEnv({ storage: await makeStorage() });
      const dead = death('UpdateLogAccountFunctionArn', 'after');
      const first = created(env);
      // The plan reads first; the second read is the holder's.
      let reads = 0;
      fault(
        env,
        'GetBucketPolicy',
        (call, proceed) => (++reads === 2 ? dead.here(call, proceed) : proceed()),
        2,
      );

      const one = await onboard(env, first.event, { around: dead.around, name: 'dies' });
      const second = created(env);
      const two = await onboard(env, second.event);
      const before = named(env);
      env.organization.resetCalls();
      const late = await dead.wake();

      expect(statuses([one, two])).toEqual(['SUCCEEDED']);
      expect(before).toEqual(due(env));
      expect(late).toMatchObject({ name: 'LeaseLostError' });
      expect(writeCounts(env)).toEqual({});
      expect(named(env)).toEqual(due(env));
    });

    test('continues on a resource when a run died after its write while it held the lease', async () => {
      const env = await createEnv({ storage: await makeStorage() });
      const dead = death('UpdateLogAccountFunctionArn', 'after');
      const first = created(env);
      fault(env, 'PutBucketPolicy', dead.here);

      const one = await onboard(env, first.event, { around: dead.around });
      const second = created(env);
      const two = await onboard(env, second.event);
      const remembered = await env.store.resources.get(bucket);
      const late = await dead.wake();

      expect(statuses([one, two])).toEqual(['SUCCEEDED']);
      expect(named(env)).toEqual(due(env));
      expect(late).toMatchObject({ name: 'NotReadBackError' });
      expect(await env.store.resources.get(bucket)).toEqual(remembered);
    });

    test('records what an interrupted attempt wrote, with the policies before its write', async () => {
      const env = await createEnv({ storage: await makeStorage() });
      const dead = death('UpdateLogAccountFunctionArn', 'after');
      fault(env, 'PutBucketPolicy', dead.here);

      const ended = await onboard(env, created(env).event, { around: dead.around });

      const change = ended.changes.find(({ resource }) => resource === bucket);
      expect(change?.outcome).toBe('written');
      expect(JSON.stringify(change?.before)).not.toContain('AccountOnboardingflowsLogsWrite');
      expect(JSON.stringify(change?.after)).toContain('AccountOnboardingflowsLogsWrite');
    });

    test('continues with other resources while it waits for the lease of an interrupted attempt', async () => {
      const env = await createEnv({ storage: await makeStorage() });
      const dead = death('UpdateLogAccountFunctionArn');
      fault(env, 'PutKeyPolicy', dead.here);

      const ended = await onboard(env, created(env).event, { around: dead.around });

      expect(outcomes(ended)).toMatchObject(
        Object.fromEntries([bucket, key, people].map((each) => [each, 'written'])),
      );
      expect(named(env)).toEqual(due(env));
      expect(Object.keys(outcomes(ended)).sort()).toEqual([...everything].sort());
    });
  });
}
