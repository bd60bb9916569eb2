import { asId, principals } from '../capacity.ts';
import { documentReader } from '../document-reader.ts';
import { isHeld } from '../held.ts';
import { documentOf } from '../policies.ts';
import { byOrganizationTrail, byOtherRole, byRole, byService, forNobody, trailService } from '../probes.ts';
import type { Case, Probes, Reader } from '../reader.ts';

interface Delivery {
  readonly service: string;
  readonly source: string;
  /** The service's request for the bucket itself, before it writes. */
  readonly checks: readonly string[];
  /** Below the account's folder. */
  readonly folder: string;
}

/** docs/grants/s3-bucket-policy.md. */
const deliveries: Readonly<Record<string, Delivery>> = {
  'cloudtrail-write': {
    service: 'cloudtrail.amazonaws.com',
    source: 'cloudtrail:trail/any',
    checks: ['s3:GetBucketAcl'],
    folder: '',
  },
  'config-write': {
    service: 'config.amazonaws.com',
    source: 'config:any',
    checks: ['s3:GetBucketAcl', 's3:ListBucket'],
    folder: 'Config/',
  },
  'flow-logs-write': {
    service: 'delivery.logs.amazonaws.com',
    source: 'logs:any',
    checks: ['s3:GetBucketAcl', 's3:ListBucket'],
    folder: 'vpcflowlogs/',
  },
};

const acl = { 's3:x-amz-acl': 'bucket-owner-full-control' };

function delivery(grantCase: Case, { service, source, checks, folder }: Delivery): Probes {
  const bucket = `arn:aws:s3:::${grantCase.ref.id}`;
  const prefix =
    'prefix' in grantCase.entry && grantCase.entry.prefix !== undefined
      ? `${String(grantCase.entry.prefix)}/`
      : '';
  const file = `${bucket}/${prefix}AWSLogs/${grantCase.subject.id}/${folder}2026/file.gz`;
  const write = byService(grantCase, service, { action: 's3:PutObject', resource: file, keys: acl, source });
  return {
    allowed: [
      ...checks.map((action) => byService(grantCase, service, { action, resource: bucket, source })),
      write,
    ],
    refused: [
      byService(grantCase, service, { action: 's3:PutObject', resource: file, source }),
      byService(grantCase, service, { action: 's3:GetObject', resource: file, keys: acl, source }),
      { ...write, resource: `${bucket}/${prefix}elsewhere/file.gz` },
      { ...write, who: { service: 'other.amazonaws.com' } },
      forNobody(write),
      byRole(grantCase, { action: 's3:PutObject', resource: file, keys: acl }),
    ],
  };
}

/** The access of the organization trail for one account (docs/grants/s3-bucket-policy.md). */
function organizationTrail(grantCase: Case): Probes {
  const { entry, ref, subject, organizationId } = grantCase;
  const bucket = `arn:aws:s3:::${ref.id}`;
  const prefix = 'prefix' in entry && entry.prefix !== undefined ? `${String(entry.prefix)}/` : '';
  const file = `${bucket}/${prefix}AWSLogs/${organizationId}/${subject.id}/CloudTrail/file.gz`;
  const call = { action: 's3:PutObject', resource: file, keys: acl };
  const write = byOrganizationTrail(grantCase, call);
  return {
    allowed: [write, byOrganizationTrail(grantCase, { action: 's3:GetBucketAcl', resource: bucket })],
    refused: [
      byOrganizationTrail(grantCase, { ...call, keys: {} }),
      byOrganizationTrail(grantCase, { ...call, action: 's3:GetObject' }),
      { ...write, resource: `${bucket}/${prefix}AWSLogs/o-somebodyelse/file.gz` },
      { ...write, who: { service: 'other.amazonaws.com' } },
      forNobody(write),
      byService(grantCase, trailService, { ...call, source: 'cloudtrail:trail/any' }),
      byRole(grantCase, call),
    ],
  };
}

function revisions(grantCase: Case): Probes {
  const bucket = `arn:aws:s3:::${grantCase.ref.id}`;
  const file = `${bucket}/app/revision.zip`;
  return {
    allowed: [
      byRole(grantCase, { action: 's3:ListBucket', resource: bucket }),
      byRole(grantCase, { action: 's3:GetObject', resource: file }),
      byRole(grantCase, { action: 's3:GetObjectVersion', resource: file }),
    ],
    refused: [
      byRole(grantCase, { action: 's3:PutObject', resource: file }),
      byRole(grantCase, { action: 's3:DeleteObject', resource: file }),
      byRole(grantCase, { action: 's3:PutBucketPolicy', resource: bucket }),
      ...byOtherRole(grantCase, { action: 's3:GetObject', resource: file }),
    ],
  };
}

const presetOf = ({ entry }: Case): string => ('preset' in entry ? String(entry.preset) : '');

export const buckets: Reader = documentReader({
  limit: 20_480,
  lists: (entry) => {
    if (!('preset' in entry) || entry.preset !== 'revisions-read') return { statements: 2, perAccount: asId };
    // With a condition, listing and reading stay two statements.
    return principals(entry, isHeld(entry) ? 2 : 1);
  },
  named: (entry) => ('bucket' in entry ? [String(entry.bucket)] : []),
  patterns: () => ({ names: [], tags: undefined }),
  all: (world) => [...world.buckets.values()].map(({ name, ...rest }) => ({ ...rest, id: name })),
  documents: (world, { id }) => [documentOf(world.buckets.get(id)?.policy)],
  probes: (grantCase) => {
    if (presetOf(grantCase) === 'organization-cloudtrail-write') return organizationTrail(grantCase);
    const service = deliveries[presetOf(grantCase)];
    if (service !== undefined) return delivery(grantCase, service);
    if (presetOf(grantCase) === 'revisions-read') return revisions(grantCase);
    throw new Error(`The oracle knows no preset ${presetOf(grantCase)} of buckets`);
  },
});
