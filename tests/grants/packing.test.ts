import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { GrantKind, ResourceRef } from '../../shared/grants/contract.ts';
import type { DocumentState } from '../../shared/grants/document-rendering.ts';
import type { GrantEntry } from '../../shared/grants/grant-schema.ts';
import { s3BucketPolicy } from '../../shared/grants/s3-bucket-policy.ts';
import { createPolicy, type PolicyDocument, toArray } from '../../shared/iam/document.ts';
import { evaluatePolicy } from '../../shared/iam/evaluate.ts';
import { absent } from '../../shared/iam/request.ts';
import { measurePolicy } from '../../shared/iam/size.ts';
import type { Account } from '../../shared/platform/account.ts';
import { central, context, manyAccounts } from '../fixtures/grants/grant-env.ts';
import { entryOf } from '../fixtures/grants/kind-cases.ts';

const kind = s3BucketPolicy as GrantKind;
const limit = 20_480;
const bucket = 'arn:aws:s3:::example-logs';

/** Preset, the service behind it, and the folder that it writes to. */
const deliveries = [
  ['cloudtrail-write', 'cloudtrail.amazonaws.com', 'CloudTrail/'],
  ['config-write', 'config.amazonaws.com', 'Config/'],
  ['flow-logs-write', 'delivery.logs.amazonaws.com', 'vpcflowlogs/'],
] as const;

const entryFor = (preset: string): GrantEntry =>
  entryOf(kind, { preset, bucket: 'example-logs', prefix: 'org' });

function render(entry: GrantEntry, accounts: readonly Account[], document?: PolicyDocument): PolicyDocument {
  const [ref] = kind.listResources(entry, context);
  const shares = [{ entry, accounts }];
  const request = { ref: ref as ResourceRef, actual: { document }, shares, remembered: [], context };
  const { next } = kind.render(request);
  return (next as DocumentState).document ?? createPolicy();
}

const objectsOf = ({ Statement }: PolicyDocument): readonly string[] =>
  toArray(Statement.find(({ Sid }) => Sid?.endsWith('Write'))?.Resource ?? []);

/** A foreign statement of this size, so that ours must shrink to fit beside it. */
function filler(size: number): PolicyDocument {
  const document = (text: string): PolicyDocument => ({
    ...createPolicy(),
    Statement: [
      {
        Effect: 'Deny',
        Principal: { AWS: central },
        Action: 's3:DeleteBucket',
        Resource: `${bucket}${text}`,
      },
    ],
  });
  return document(`/${'x'.repeat(Math.max(0, size - measurePolicy(document('/'), 'bytes')))}`);
}

/** The same accounts, written the other way. */
function packed(entry: GrantEntry, accounts: readonly Account[]): PolicyDocument {
  const plain = measurePolicy(render(entry, accounts), 'bytes');
  return render(entry, accounts, filler(limit - plain + measurePolicy(createPolicy(), 'bytes')));
}

describe.each(deliveries)('%s', (preset, service, folder) => {
  const entry = entryFor(preset);
  const writes = (document: PolicyDocument, source: string, owner: string): boolean =>
    evaluatePolicy(
      document,
      {
        principal: { type: 'service', service, sourceAccount: source },
        action: 's3:PutObject',
        resource: `${bucket}/org/AWSLogs/${owner}/${folder}2026/03/01/log.gz`,
        context: { 's3:x-amz-acl': 'bucket-owner-full-control' },
      },
      'bucket',
    ).decision === 'allow';

  test('names the prefix of each account while there is room, and one prefix for all accounts beyond that', () => {
    const all = manyAccounts(600);
    const most = all.findLastIndex(
      (_, index) => objectsOf(render(entry, all.slice(0, index))).length === index,
    );

    expect(most).toBeGreaterThan(200);
    expect(objectsOf(render(entry, all.slice(0, most)))).toHaveLength(most);
    expect(objectsOf(render(entry, all.slice(0, most + 1)))).toHaveLength(1);
    const beyond = render(entry, all.slice(0, most + 1));
    expect(objectsOf(render(entry, all.slice(0, most), beyond))).toHaveLength(most);
  });

  test('gives the same access in each packing, for every action of the service', () => {
    const everybody = manyAccounts(8);
    const granted = fc.subarray([...everybody], { minLength: 2 });
    fc.assert(
      fc.property(granted, (accounts) => {
        const unpacked = render(entry, accounts);
        const tight = packed(entry, accounts);
        expect(objectsOf(tight)).toHaveLength(1);
        expect(objectsOf(unpacked)).toHaveLength(accounts.length);
        for (const { id } of everybody) expect(writes(tight, id, id)).toBe(writes(unpacked, id, id));
      }),
      { seed: 20_260_301, numRuns: 15 },
    );
  });

  test('lets no other account write in any packing', () => {
    const everybody = manyAccounts(8);
    const granted = fc.subarray([...everybody], { minLength: 2 });
    fc.assert(
      fc.property(granted, (accounts) => {
        const ids = new Set(accounts.map(({ id }) => id));
        for (const document of [render(entry, accounts), packed(entry, accounts)])
          for (const source of everybody)
            for (const owner of everybody)
              if (!ids.has(source.id)) expect(writes(document, source.id, owner.id)).toBe(false);
      }),
      { seed: 20_260_301, numRuns: 10 },
    );
  });

  test('denies every write without a source account', () => {
    const [owner] = manyAccounts(1);
    const document = packed(entry, manyAccounts(5));

    const decision = evaluatePolicy(
      document,
      {
        principal: { type: 'service', service },
        action: 's3:PutObject',
        resource: `${bucket}/org/AWSLogs/${owner?.id}/${folder}log.gz`,
        context: { 'aws:SourceAccount': absent, 's3:x-amz-acl': 'bucket-owner-full-control' },
      },
      'bucket',
    );

    expect(decision).toEqual({ decision: 'none', unknowns: [] });
  });
});
