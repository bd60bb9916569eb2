import { DeleteBucketCommand } from '@aws-sdk/client-s3';
import { beforeEach, expect, test } from '@jest/globals';
import { onlyGrants } from '../fixtures/moto/configuration.ts';
import { type Deployment, deployOn, type Run, writesOf } from '../fixtures/moto/deployment.ts';
import { createdEvent } from '../fixtures/moto/events.ts';
import {
  buildOrganization,
  createAccount,
  moveAccount,
  type Organization,
} from '../fixtures/moto/organization.ts';
import { namedIn, readPolicies } from '../fixtures/moto/policies.ts';
import { addBucket } from '../fixtures/moto/resources.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';

describeWithMoto('resources that do not exist', (moto) => {
  let organization: Organization;
  beforeEach(async () => {
    await moto().reset();
    organization = await buildOrganization(moto().endpoint);
  }, 60_000);

  const newWorkload = async (): Promise<string> => {
    const id = await createAccount(organization.accounts.organizations, 'workload');
    await moveAccount(organization, id, 'Workloads');
    return id;
  };

  test('fails only for a missing bucket, records it, and writes the policy in the next run', async () => {
    const flowLogs = 'example-org-flow-logs';
    const { accounts, central } = organization;
    const log = await accounts.in(central.log, 'eu-west-1');
    await log.s3.send(new DeleteBucketCommand({ Bucket: flowLogs }));
    const deployment = await deployOn(
      moto().endpoint,
      onlyGrants(organization.configuration, [
        'flow-logs',
        'trail-logs',
        'people-develop',
        'ami-key',
        'revisions',
      ]),
    );
    const account = await newWorkload();
    const failed = await deployment.run(await createdEvent(account));
    const record = await deployment.store.runs.get(failed.id);
    const outcomes = await outcomesOf(deployment, failed);
    await addBucket(log, flowLogs, 'eu-west-1');
    const again = await deployment.run({ accountId: account });

    const missing = `s3-bucket-policy/${central.log}/eu-west-1/${flowLogs}`;
    expect(failed.result.status).toBe('FAILED');
    expect(record).toMatchObject({ status: 'failed', unresolved: [expect.stringContaining(missing)] });
    expect(outcomes).toEqual({ written: 4, 'failed: ResourceMissingError': 1 });
    expect(again.result.status).toBe('SUCCEEDED');
    expect(writesOf(again)).toEqual({ 's3:PutBucketPolicy': 1 });
    expect(namedIn((await readPolicies(organization))['flow-logs']).FlowLogsWrite).toEqual([account]);
  }, 60_000);

  test('recognizes a missing resource by the error of each service', async () => {
    const deployment = await deployOn(moto().endpoint, ofNothing(organization));
    const account = await newWorkload();
    const run = await deployment.run({ accountId: account });

    expect(await outcomesOf(deployment, run)).toEqual({ 'failed: ResourceMissingError': 6 });
    expect(writesOf(run)).toEqual({});
  }, 60_000);
});

async function outcomesOf({ store }: Deployment, { id }: Run): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { outcome = 'none', error } of (await store.runs.getWhole(id)).changes) {
    const name = error === undefined ? outcome : `${outcome}: ${error.name}`;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** A configuration that names, in place of each thing that is there, one that is not. */
const ofNothing = ({ configuration, keys }: Organization): string =>
  onlyGrants(configuration, ['flow-logs', 'people-develop', 'pipeline-deploy', 'ami-key', 'runner-secrets'])
    .replace('bucket: example-org-flow-logs', 'bucket: example-org-missing')
    .replace('groups: [Developers]', 'groups: [Missing]')
    .replace('roles: [Pipeline]', 'roles: [Missing]')
    .replace(`key: ${keys.ami}`, 'key: 1234abcd-12ab-34cd-56ef-1234567890ab')
    .replace('secrets: [deploy/runner-token, deploy/registry-login]', 'secrets: [deploy/missing]')
    .concat(repositoryMissing);

const repositoryMissing = `  - name: missing-images
    kind: ecr-repository-policy
    account: shared
    repositories: [base/missing]
    preset: pull
    for: { ous: [Workloads] }
`;
