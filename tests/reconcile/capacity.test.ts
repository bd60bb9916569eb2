import { describe, expect, test } from '@jest/globals';
import { getGrantContext } from '../../shared/configuration/context.ts';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Account } from '../../shared/platform/account.ts';
import { PolicyTooLargeError } from '../../shared/platform/aws/errors.ts';
import { measureCapacity } from '../../shared/reconcile/capacity.ts';
import { listDesiredResources } from '../../shared/reconcile/desired-resources.ts';

const text = (grant: string): string => `
version: 1
installation: budget
organization: { id: o-exampleorg1, managementAccount: "111111111111" }
centralAccounts:
  log: { id: "222222222222", region: eu-west-1 }
  security: { id: "333333333333", region: us-east-1 }
  shared: { id: "444444444444", region: eu-west-1 }
grants:
  - ${grant}
`;

const accounts = (count: number): readonly Account[] =>
  Array.from({ length: count }, (_, index) => ({
    id: String(500_000_000_000 + index),
    name: '',
    state: 'ACTIVE' as const,
    parentIds: [],
    ouPath: '',
    tags: {},
  }));

/** The only resource of a configuration with this one grant, for so many accounts. */
function resource(grant: string, count: number) {
  const configuration = parseConfiguration(text(grant), 'the test');
  const [desired] = listDesiredResources(configuration, accounts(count));
  if (desired === undefined) throw new Error('there is no resource');
  return { desired, configuration, actual: desired.kind.empty, remembered: [] };
}

const bucket =
  '{ name: logs, kind: s3-bucket-policy, account: log, bucket: example-logs, preset: cloudtrail-write, for: { all: true } }';
const people =
  '{ name: people, kind: assume-role-permission, account: security, groups: [Readers], role: people/ReadOnly, for: { all: true } }';
const images =
  '{ name: images, kind: ecr-repository-policy, account: shared, repositories: [base/node], preset: pull, for: { all: true } }';

describe.each([
  ['a bucket policy', bucket],
  ['managed policies', people],
  ['a repository policy', images],
])('of %s', (_, grant) => {
  const renderWith = (count: number) => {
    const { desired, configuration, actual } = resource(grant, count);
    const context = getGrantContext(configuration);
    return desired.kind.render({ ref: desired.ref, actual, shares: desired.shares, remembered: [], context });
  };

  test('fits exactly as many accounts as it reports', () => {
    const { room = 0, limit, size } = measureCapacity(resource(grant, 10));

    expect(room).toBeGreaterThan(50);
    expect(size).toBeLessThan(limit);
    expect(() => renderWith(10 + room)).not.toThrow();
    expect(() => renderWith(11 + room)).toThrow(PolicyTooLargeError);
  });

  test('reports no room when as many accounts as possible exist', () => {
    const { room = 0 } = measureCapacity(resource(grant, 0));

    expect(measureCapacity(resource(grant, room)).room).toBe(0);
    expect(() => measureCapacity(resource(grant, room + 1))).toThrow(PolicyTooLargeError);
  });
});

test('reports the next packing and the number of accounts at which it starts', () => {
  const { packing, next, room = 0 } = measureCapacity(resource(bucket, 10));

  expect({ packing, next: next?.packing }).toEqual({ packing: 'listed', next: 'service-tied' });
  expect(next?.after).toBeGreaterThan(0);
  expect(next?.after).toBeLessThan(room);
  expect(measureCapacity(resource(bucket, 10 + (next?.after ?? 0))).packing).toBe('listed');
  expect(measureCapacity(resource(bucket, 11 + (next?.after ?? 0))).packing).toBe('service-tied');
});

test('reports no limit on accounts when the policy lists no account', () => {
  const grant = images.replace('for:', 'match: organization, for:');

  expect(measureCapacity(resource(grant, 10))).not.toHaveProperty('room');
});

test('subtracts unmanaged statements from the room', () => {
  const empty = measureCapacity(resource(images, 10)).room ?? 0;
  const Statement = [
    { Effect: 'Deny', Principal: '*', Action: 'ecr:DeleteRepository', Sid: 'x'.repeat(5_000) },
  ];
  const request = resource(images, 10);
  const full =
    measureCapacity({ ...request, actual: { document: { Version: '2012-10-17', Statement } } }).room ?? 0;

  expect(full).toBeLessThan(empty / 2 + 10);
  expect(full).toBeGreaterThan(0);
});

const encrypted =
  '{ name: volumes, kind: kms-grant, account: shared, key: 1234abcd-12ab-34cd-56ef-1234567890ab, preset: auto-scaling, for: { all: true } }\nlimits: { grantsPerKey: 40 }';

test('reports only size, limit and room when the statements have only one form', () => {
  expect(Object.entries(measureCapacity(resource(encrypted, 10)))).toEqual([
    ['size', 10],
    ['limit', 40],
    ['unit', 'grants'],
    ['room', 30],
  ]);
});

test('reports no next packing when the present packing is the last one that fits', () => {
  const budget = measureCapacity(resource(images.replace('for:', 'accountsIn: condition, for:'), 400));

  expect(budget).toMatchObject({ packing: 'condition' });
  expect(budget).not.toHaveProperty('next');
});

test('throws when a statement has a managed Sid that the table does not know', () => {
  const Statement = [
    {
      Sid: 'AccountOnboardingbudgetStrayPull',
      Effect: 'Allow' as const,
      Principal: '*' as const,
      Action: 'x:Y',
    },
  ];
  const request = { ...resource(images, 10), actual: { document: { Version: '2012-10-17', Statement } } };

  expect(() => measureCapacity(request)).toThrow('AccountOnboardingbudgetStrayPull');
});
