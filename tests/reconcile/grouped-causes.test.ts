import { expect, test } from '@jest/globals';
import { formatGroupedCauses } from '../../shared/reconcile/grouped-causes.ts';

const bucket = (id: string, region = 'eu-west-1'): string => `s3-bucket-policy/222222222222/${region}/${id}`;

test('keeps the line of a resource that is the only one with its cause', () => {
  expect(formatGroupedCauses([{ resource: bucket('a'), text: 'failed: because' }])).toEqual([
    's3-bucket-policy/222222222222/eu-west-1/a: failed: because',
  ]);
});

test('states a cause once, with the number of resources, when lines differ only in name and region', () => {
  const lines = formatGroupedCauses([
    { resource: bucket('logs-a'), text: 'failed: PutBucketPolicy on logs-a (eu-west-1) was denied' },
    {
      resource: bucket('logs-b', 'us-east-1'),
      text: 'failed: PutBucketPolicy on logs-b (us-east-1) was denied',
    },
  ]);

  expect(lines).toEqual([
    'failed: PutBucketPolicy on logs-a (eu-west-1) was denied. 2 resources are affected: ' +
      's3-bucket-policy/222222222222/eu-west-1/logs-a, s3-bucket-policy/222222222222/us-east-1/logs-b',
  ]);
});

test('names five resources and counts the rest when many share a cause', () => {
  const lines = formatGroupedCauses(
    Array.from({ length: 18 }, (_, index) => ({
      resource: bucket(`logs-${index}`),
      text: 'failed: denied.',
    })),
  );

  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^failed: denied\. 18 resources are affected: .*logs-4 and 13 more$/);
});

test('keeps two causes apart when only the account or the reason differs', () => {
  const other = 's3-bucket-policy/333333333333/eu-west-1/a';
  const lines = formatGroupedCauses([
    { resource: bucket('a'), text: 'role of 222222222222 was denied' },
    { resource: other, text: 'role of 333333333333 was denied' },
    { resource: bucket('b'), text: 'does not exist' },
  ]);

  expect(lines).toHaveLength(3);
});

test('prints a line for each resource when the cause of its error is not known', () => {
  const unexplained = { text: 'not updated', isUnexplained: true };

  expect(
    formatGroupedCauses([
      { resource: bucket('a'), ...unexplained },
      { resource: bucket('b'), ...unexplained },
    ]),
  ).toHaveLength(2);
});
