import { GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { GetBucketAclCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createServiceCredentials } from '../../../simulator/service-principals.ts';
import { clientOf, deploySituation, onboardInto, refused } from '../../fixtures/situation.ts';
import type { TestEnv } from '../../fixtures/test-env.ts';

const member = '555566667777';
const sandbox = '666677778888';
const KeyId = 'arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab';

interface Delivery {
  readonly service: string;
  readonly bucket: string;
  readonly key: (accountId: string) => string;
  readonly source: (accountId: string) => string;
}

const cloudTrail: Delivery = {
  service: 'cloudtrail.amazonaws.com',
  bucket: 'example-org-cloudtrail',
  key: (id) => `AWSLogs/${id}/CloudTrail/eu-west-1/2026/01/01/log.json.gz`,
  source: (id) => `arn:aws:cloudtrail:eu-west-1:${id}:trail/audit`,
};
const config: Delivery = {
  service: 'config.amazonaws.com',
  bucket: 'example-org-config',
  key: (id) => `AWSLogs/${id}/Config/eu-west-1/2026/1/1/ConfigSnapshot/snapshot.json.gz`,
  source: (id) => `arn:aws:config:eu-west-1:${id}:configuration-recorder/default`,
};
const flowLogs: Delivery = {
  service: 'delivery.logs.amazonaws.com',
  bucket: 'example-org-flow-logs',
  key: (id) => `AWSLogs/${id}/vpcflowlogs/eu-west-1/2026/01/01/flow.log.gz`,
  source: (id) => `arn:aws:logs:eu-west-1:${id}:*`,
};

const deliveries = [
  ['CloudTrail', cloudTrail],
  ['Config', config],
  ['VPC flow logs', flowLogs],
] as const;

let env: TestEnv;

beforeEach(async () => {
  env = await deploySituation('log-delivery');
});

const credentialsOf = ({ service, source }: Delivery, accountId: string) =>
  createServiceCredentials(env.organization.world, { service, accountId, sourceArn: source(accountId) });

/** The service checks the bucket, encrypts and writes for one account, under the folder of that account or of another. */
async function deliver(delivery: Delivery, accountId: string, folderOf = accountId): Promise<void> {
  const credentials = credentialsOf(delivery, accountId);
  const s3 = clientOf(env, S3Client, credentials);
  const { bucket: Bucket, key, service } = delivery;
  const trail = { 'aws:cloudtrail:arn': delivery.source(accountId) };
  const EncryptionContext = service === cloudTrail.service ? trail : undefined;
  await s3.send(new GetBucketAclCommand({ Bucket }));
  await clientOf(env, KMSClient, credentials).send(
    new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }),
  );
  await s3.send(
    new PutObjectCommand({ Bucket, Key: key(folderOf), Body: 'events', ACL: 'bucket-owner-full-control' }),
  );
}

const written = (bucket: string) => [...(env.organization.world.buckets.get(bucket)?.objects.keys() ?? [])];

describe.each(deliveries)('%s', (_, delivery) => {
  it("delivers logs under the account's id when the account is onboarded", async () => {
    await expect(deliver(delivery, member)).rejects.toEqual(refused);

    const { run } = await onboardInto(env, member, 'Workloads');
    await deliver(delivery, member);

    expect(run.readiness).toEqual({ ready: true, counts: { verified: 6 }, reasons: [] });
    expect(written(delivery.bucket)).toEqual([delivery.key(member)]);
  });

  it('refuses a log delivery under the id of an account that is not onboarded', async () => {
    await onboardInto(env, member, 'Workloads');
    await expect(deliver(delivery, member, sandbox)).rejects.toEqual(refused);
    expect(written(delivery.bucket)).toEqual([]);
  });

  it('refuses a log delivery when the bucket owner would not own the object', async () => {
    await onboardInto(env, member, 'Workloads');
    const s3 = clientOf(env, S3Client, credentialsOf(delivery, member));
    const object = { Bucket: delivery.bucket, Key: delivery.key(member), Body: 'events' };
    await expect(s3.send(new PutObjectCommand(object))).rejects.toEqual(refused);
  });

  it('refuses a log delivery for an account of another organization', async () => {
    await onboardInto(env, member, 'Workloads');
    await expect(deliver(delivery, '999988887777')).rejects.toEqual(refused);
  });
});

it('delivers no flow logs when the account is outside the OU of the grant', async () => {
  await onboardInto(env, sandbox, 'Sandbox');
  await deliver(cloudTrail, sandbox);
  await expect(deliver(flowLogs, sandbox)).rejects.toEqual(refused);
});
