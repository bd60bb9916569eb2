import { expect, it } from '@jest/globals';
import { getGrantContext } from '../../shared/configuration/context.ts';
import { findNamedResources } from '../../shared/reconcile/adoption/adopt-others.ts';
import { configurationWith, readSecret, shared } from '../fixtures/plan-fixture.ts';

const context = getGrantContext(configurationWith([readSecret()]));
const find = (arn: string): readonly string[] =>
  findNamedResources(arn, context).map(
    ({ ref, centralAccount }) => `${ref.kind} ${centralAccount} ${ref.region} ${ref.id}`,
  );

const key = '1234abcd-12ab-34cd-56ef-1234567890ab';

it.each([
  [`arn:aws:kms:eu-west-1:${shared}:key/${key}`, `kms-key-policy shared eu-west-1 ${key}`],
  [
    `arn:aws:ecr:us-east-1:${shared}:repository/base/node`,
    'ecr-repository-policy shared us-east-1 base/node',
  ],
  [
    `arn:aws:secretsmanager:eu-west-1:${shared}:secret:deploy/token-a1B2c3`,
    'secret-resource-policy shared eu-west-1 deploy/token',
  ],
  [`arn:aws:iam::${shared}:role/apps/Reader`, 'role-trust-policy shared us-east-1 apps/Reader'],
])('finds the resource when its ARN is %s', (arn, resource) => {
  expect(find(arn)).toEqual([resource]);
});

it('finds a bucket in each central account when its ARN names no account', () => {
  expect(find('arn:aws:s3:::example-logs')).toEqual([
    's3-bucket-policy log eu-west-1 example-logs',
    's3-bucket-policy security us-east-1 example-logs',
    's3-bucket-policy shared eu-west-1 example-logs',
  ]);
});

it.each([
  'arn:aws:sqs:eu-west-1:444455556666:queue',
  'arn:aws:ecr:eu-west-1:999999999999:repository/base/node',
  'not an ARN',
])('finds no resource when the ARN is %s', (arn) => {
  expect(find(arn)).toEqual([]);
});
