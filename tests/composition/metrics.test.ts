import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import * as z from 'zod';
import type { Metric } from '../../shared/platform/metrics.ts';

const run = promisify(execFile);

const line = z.looseObject({
  _aws: z.object({
    Timestamp: z.int().positive(),
    CloudWatchMetrics: z.tuple([
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string(), Unit: z.string() })),
      }),
    ]),
  }),
});

/** The lines that a function prints, as CloudWatch reads them. */
async function printed(metrics: readonly Metric[]) {
  const code = `
    const { createMetricSink } = await import(${JSON.stringify(new URL('../../shared/composition/metrics.ts', import.meta.url).href)});
    createMetricSink().publish(${JSON.stringify(metrics)});`;
  const env = { PATH: process.env.PATH, POWERTOOLS_METRICS_NAMESPACE: 'account-onboarding-example' };
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', code], { env });
  expect(stderr).toBe('');
  return stdout
    .trim()
    .split('\n')
    .map((text) => line.parse(JSON.parse(text)));
}

test('prints metrics in the embedded format, with the service as their only dimension', async () => {
  const [first, ...more] = await printed([
    { name: 'AccountsOnboarded', value: 1 },
    { name: 'TimeToReady', value: 8.5 },
  ]);

  expect(more).toEqual([]);
  expect(first).toMatchObject({ service: 'account-onboarding', AccountsOnboarded: 1, TimeToReady: 8.5 });
  expect(first?._aws.CloudWatchMetrics).toEqual([
    {
      Namespace: 'account-onboarding-example',
      Dimensions: [['service']],
      Metrics: [
        { Name: 'AccountsOnboarded', Unit: 'Count' },
        { Name: 'TimeToReady', Unit: 'Seconds' },
      ],
    },
  ]);
});

test('prints a line for each kind when metrics have kinds', async () => {
  const lines = await printed([
    { name: 'CapacityUsed', value: 90 },
    { name: 'CapacityUsed', value: 90, kind: 's3-bucket-policy' },
    { name: 'CapacityUsed', value: 25, kind: 'kms-key-policy' },
  ]);

  expect(lines.map(({ kind, CapacityUsed }) => [kind, CapacityUsed])).toEqual([
    [undefined, 90],
    ['s3-bucket-policy', 90],
    ['kms-key-policy', 25],
  ]);
  expect(lines.map(({ _aws }) => _aws.CloudWatchMetrics[0].Dimensions)).toEqual([
    [['service']],
    [['service', 'kind']],
    [['service', 'kind']],
  ]);
});
