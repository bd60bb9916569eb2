import { expect, test } from '@jest/globals';
import { createRunReport } from '../../cli/run-report.ts';
import { createMemoryStore } from '../../shared/store/memory.ts';

test('warns that the end of a run is not announced yet when a channel is pending', async () => {
  const store = createMemoryStore();
  const at = '2026-03-02T09:00:00.000Z';
  await store.runs.put({
    runId: 'run',
    status: 'succeeded',
    startedAt: at,
    accountIds: [],
    announcement: {
      title: 'Account Onboarded',
      bus: { status: 'announced', at },
      topic: { status: 'pending', at, error: 'NotFoundException: Topic does not exist' },
    },
  });

  const { report } = await createRunReport(store, {
    runId: 'run',
    result: { status: 'SUCCEEDED', states: [] },
    calls: {},
    durationMs: 1,
  });

  expect(report).toMatchObject({
    status: 'succeeded',
    unresolved: [],
    warnings: [
      'The end of the run is not announced on the topic: NotFoundException: Topic does not exist. The scheduled check tries it again.',
    ],
  });
});
