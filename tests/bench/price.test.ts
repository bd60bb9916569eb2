import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { countFixedParts } from '../../bench/price/fixed-parts.ts';
import { measureUse } from '../../bench/price/measure.ts';
import { renderPricePage } from '../../bench/price/page.ts';
import { computeWriteUnits } from '../../bench/price/use.ts';
import { deployment, resourcesOf } from '../fixtures/deployment/deployment.ts';

const use = {
  transitions: 1_000,
  invocations: 0,
  gigabyteSeconds: 0,
  readUnits: 0,
  writeUnits: 1_000_000,
  logBytes: 0,
};

test('multiplies what was counted by the prices of AWS', () => {
  const page = renderPricePage([{ accounts: 100, run: use, sweep: use }], { alarms: 10, metrics: 10 });

  // 0.025 for transitions and 0.625 for write units: five runs, and thirty sweeps.
  expect(page).toContain('| Price of the runs | $3.25 |');
  expect(page).toContain('| Price of the sweeps | $19.50 |');
  expect(page).toContain('| 10 alarms, 10 metrics, a dashboard | $7.00 |');
  expect(page).toContain('| **Together** | **$29.75** |');
});

test.each([
  ['one unit when an item is small', 'PutItem', { Item: { pk: 'a' } }, 1],
  ['a unit for each KB when an item is large', 'PutItem', { Item: { pk: 'a'.repeat(2_500) } }, 3],
  [
    'twice the units when a transaction writes',
    'TransactWriteItems',
    { TransactItems: [{ Put: { Item: { pk: 'a' } } }, { Put: { Item: { pk: 'b' } } }] },
    4,
  ],
  [
    'the units of each item when a batch writes',
    'BatchWriteItem',
    {
      RequestItems: {
        table: [{ PutRequest: { Item: { pk: 'a'.repeat(1_500) } } }, { PutRequest: { Item: {} } }],
      },
    },
    3,
  ],
  ['no unit when a call reads', 'Query', {}, 0],
])('counts %s', (_, operation, input, expected) => {
  expect(computeWriteUnits({ operation, input })).toBe(expected);
});

test('counts as many alarms as a hub with every rule has', async () => {
  const deployed = await deployment('tests/deployment/every-rule.yml');
  const { alarms } = countFixedParts();

  expect(alarms).toBe(resourcesOf(deployed, 'AWS::CloudWatch::Alarm').length);
  expect(readFileSync('docs/price.md', 'utf8')).toContain(`| ${alarms} alarms, `);
}, 60_000);

test('counts what a run and a sweep use', async () => {
  const { run, sweep } = await measureUse(20);

  expect(run.transitions).toBeGreaterThan(sweep.transitions - 10);
  for (const each of [run, sweep]) for (const value of Object.values(each)) expect(value).toBeGreaterThan(0);
});
