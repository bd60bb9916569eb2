import { expect, test } from '@jest/globals';
import { getGrantKind } from '../../shared/grants/kinds.ts';
import { manyAccounts } from '../fixtures/grants/grant-env.ts';
import { type Packed, presets, rendering } from '../fixtures/grants/principal-presets.ts';

test('merges two statements of a bucket before it moves account ids into a condition', () => {
  const [revisions] = presets;
  const entry = { bucket: 'example-logs', preset: 'revisions-read' };
  const read = (count: number) =>
    rendering({ ...(revisions as Packed), fields: entry }, { accountsIn: 'condition' }, manyAccounts(count));

  expect([read(300), read(400), read(1_000)].map(({ packing }) => packing)).toEqual([
    'listed',
    'service-tied',
    'condition',
  ]);
  expect([read(300), read(400), read(1_000)].map(({ document }) => document.Statement.length)).toEqual([
    2, 1, 1,
  ]);
});

test('refuses packing for a grant without a list and for statements with service principals', () => {
  const schemaOf = (kind: string) => getGrantKind(kind).schema;
  const base = { name: 'x', account: 'shared', for: { all: true }, accountsIn: 'condition' };

  const organization = schemaOf('secret-resource-policy').safeParse({
    ...base,
    kind: 'secret-resource-policy',
    secrets: ['deploy/token'],
    preset: 'read',
    match: 'organization',
  });
  const service = schemaOf('s3-bucket-policy').safeParse({
    ...base,
    kind: 's3-bucket-policy',
    bucket: 'example-logs',
    preset: 'cloudtrail-write',
  });

  expect(organization.error?.issues[0]?.message).toContain('must be absent with match: organization');
  expect(service.success).toBe(false);
});
