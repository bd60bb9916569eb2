import { paginateListGroups } from '@aws-sdk/client-iam';
import { ListAliasesCommand } from '@aws-sdk/client-kms';
import { paginateListBuckets } from '@aws-sdk/client-s3';
import { expect, it } from '@jest/globals';
import { createSimulatorEnv, shared } from '../fixtures/simulator-env.ts';

const region = 'eu-west-1';

it('lists the buckets of a prefix and region on several pages when there are many', async () => {
  const { organization, clients } = createSimulatorEnv();
  for (let index = 0; index < 45; index += 1)
    organization.addBucket({ accountId: shared, region, name: `logs-${index}` });
  organization.addBucket({ accountId: shared, region: 'us-east-1', name: 'logs-elsewhere' });
  organization.addBucket({ accountId: shared, region, name: 'other' });

  const pages = paginateListBuckets(
    { client: clients(shared).s3, pageSize: 20 },
    { Prefix: 'logs-', BucketRegion: region },
  );
  const sizes: number[] = [];
  const names = new Set<string | undefined>();
  for await (const { Buckets = [] } of pages) {
    sizes.push(Buckets.length);
    for (const { Name } of Buckets) names.add(Name);
  }

  expect(sizes).toEqual([20, 20, 5]);
  expect(names.size).toBe(45);
});

it('lists only keys with an alias when aliases are listed', async () => {
  const { organization, clients } = createSimulatorEnv();
  organization.addKey({ accountId: shared, region, id: '4567abcd-12ab-34cd-56ef-1234567890ab' });
  organization.addKey({
    accountId: shared,
    region,
    id: '7890abcd-12ab-34cd-56ef-1234567890ab',
    alias: 'alias/team',
  });

  expect((await clients(shared, region).kms.send(new ListAliasesCommand({}))).Aliases).toEqual([
    { AliasName: 'alias/team', TargetKeyId: '7890abcd-12ab-34cd-56ef-1234567890ab' },
  ]);
});

it('lists the groups of the own account only when groups are listed', async () => {
  const { organization, clients } = createSimulatorEnv();
  organization.addGroup({ accountId: shared, name: 'Own' });
  organization.addGroup({ accountId: '111111111111', name: 'Other' });

  const names: (string | undefined)[] = [];
  for await (const { Groups = [] } of paginateListGroups({ client: clients(shared).iam }, {}))
    names.push(...Groups.map(({ GroupName }) => GroupName));

  expect(names).toEqual(['Own']);
});
