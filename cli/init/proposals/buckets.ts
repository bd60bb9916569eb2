import { GetBucketPolicyCommand, paginateListBuckets } from '@aws-sdk/client-s3';
import { OnboardingError } from '../../../shared/platform/errors.ts';
import type { Proposal } from '../facts.ts';
import { toName } from '../names.ts';
import { listAllowedServices } from './policy-services.ts';
import { noteMore, type Proposer, type Reading, readSome } from './proposer.ts';

/** The preset for each service that delivers logs to a bucket (see `deliveries` of the kind `s3-bucket-policy`). */
const deliveries = [
  { service: 'cloudtrail.amazonaws.com', preset: 'cloudtrail-write', what: 'CloudTrail', title: 'trails' },
  { service: 'config.amazonaws.com', preset: 'config-write', what: 'AWS Config', title: 'config' },
  {
    service: 'delivery.logs.amazonaws.com',
    preset: 'flow-logs-write',
    what: 'VPC flow logs',
    title: 'flow-logs',
  },
] as const;

/**
 * Proposes a grant for log delivery for each bucket whose policy already lets a log service write. Other buckets get no
 * proposal. Neither do Control Tower's buckets, because mandatory controls deny changes of their policies.
 */
export const buckets: Proposer = {
  resources: 'buckets',
  propose: async (reading) => {
    const { items, more } = await readSome(listBuckets(reading), ({ Buckets = [] }) =>
      Buckets.flatMap(({ Name, BucketRegion = reading.central.region }) =>
        Name?.startsWith(reading.prefix) && BucketRegion === reading.central.region ? [Name] : [],
      ),
    );
    const own = items.filter((name) => !name.startsWith('aws-controltower-'));
    const proposals: Proposal[] = [];
    for (const bucket of own)
      proposals.push(...proposeLogs(bucket, await readServices(reading, bucket), reading));
    return {
      proposals,
      notes: [
        ...noteMore(more, 'buckets', reading),
        ...items
          .filter((name) => !own.includes(name))
          .map(
            (name) =>
              `${name} has no proposal: mandatory controls of Control Tower deny changes of its policy.`,
          ),
      ],
    };
  },
};

const listBuckets = ({ clients: { s3 }, central: { region: BucketRegion }, prefix }: Reading) =>
  paginateListBuckets(
    { client: s3, pageSize: 1_000 },
    { BucketRegion, ...(prefix === '' ? {} : { Prefix: prefix }) },
  );

/** The log services in the policy of a bucket. Empty if the policy cannot be read. */
async function readServices({ clients, central }: Reading, Bucket: string): Promise<ReadonlySet<string>> {
  try {
    const input = { Bucket, ExpectedBucketOwner: central.id };
    const { Policy } = await clients.s3.send(new GetBucketPolicyCommand(input));
    return listAllowedServices(Policy, Bucket);
  } catch (error) {
    const absent = error instanceof Error && error.name === 'NoSuchBucketPolicy';
    if (absent || error instanceof OnboardingError) return new Set();
    throw error;
  }
}

const proposeLogs = (
  bucket: string,
  services: ReadonlySet<string>,
  { central }: Reading,
): readonly Proposal[] =>
  deliveries
    .filter(({ service }) => services.has(service))
    .map(({ service, preset, what, title }) => ({
      name: toName(`${title}-${bucket}`, title),
      account: central.name,
      fields: { kind: 's3-bucket-policy', bucket, preset },
      why: [
        `The bucket policy already lets ${service} write.`,
        `The grant lets ${what} of each account write under AWSLogs/ and the id of the account.`,
      ],
      suggested: true,
    }));
