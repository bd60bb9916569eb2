import { describe, expect, test } from '@jest/globals';
import { created } from '../../fixtures/account-events.ts';
import { answer, approvalOf, approving, untilItWaits } from '../../fixtures/approvals.ts';
import type { MakeStorage } from '../../fixtures/storage.ts';
import { createEnv, due, named } from '../../fixtures/test-env.ts';

export function approvalFlows(makeStorage: MakeStorage): void {
  const configuration = approving({ all: true });

  describe('approvals', () => {
    test('keeps one approval decision when two operators answer differently at once', async () => {
      const env = await createEnv({ configuration, storage: await makeStorage() });
      const { id, event } = created(env);
      const { request, ended } = await untilItWaits(env, event);

      const answers = await Promise.allSettled([
        answer(env, request, { by: 'the first' }),
        answer(env, request, { verdict: 'rejected', by: 'the second' }),
      ]);

      const { run } = await ended;
      const verdict = (await env.store.approvals.get(request.runId))?.decision?.verdict;
      const isApproved = verdict === 'approved';
      expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(answers.find(({ status }) => status === 'rejected')).toMatchObject({
        reason: { name: 'ApprovalClosedError' },
      });
      expect(run.status).toBe(isApproved ? 'succeeded' : 'failed');
      expect(Object.values(named(env)).flat().includes(id)).toBe(isApproved);
    });

    test('approves every account when the requests of several runs are approved at once', async () => {
      const env = await createEnv({ configuration, storage: await makeStorage() });
      const accounts = [created(env), created(env), created(env)];
      const waiting = await Promise.all(accounts.map(({ event }) => untilItWaits(env, event)));

      await Promise.all(waiting.map(({ request }) => answer(env, request)));

      const runs = await Promise.all(waiting.map(async ({ ended }) => (await ended).run.status));
      expect(runs).toEqual(['succeeded', 'succeeded', 'succeeded']);
      for (const { id } of accounts) expect(await approvalOf(env, id)).toBeUndefined();
      expect(named(env)).toEqual(due(env));
    });

    test('continues both runs of an account when both are approved at once', async () => {
      const env = await createEnv({ configuration, storage: await makeStorage() });
      const { id, event } = created(env);
      const waiting = await Promise.all([event, event].map((each) => untilItWaits(env, each)));

      const answers = await Promise.allSettled(waiting.map(({ request }) => answer(env, request)));

      const runs = await Promise.all(waiting.map(async ({ ended }) => (await ended).run.status));
      expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
      expect(runs).toEqual(['succeeded', 'succeeded']);
      expect(Object.values(named(env)).flat()).toContain(id);
      expect(named(env)).toEqual(due(env));
    });
  });
}
