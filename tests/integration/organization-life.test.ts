import { beforeAll, expect, test } from '@jest/globals';
import { createMemoryStore } from '../../shared/store/memory.ts';
import type { RunRecord } from '../../shared/store/ports.ts';
import { type Deployment, newDeployment, type Run, writesOf } from '../fixtures/moto/deployment.ts';
import { callEvent, createdEvent } from '../fixtures/moto/events.ts';
import {
  buildOrganization,
  closeAccount,
  createAccount,
  moveAccount,
  removeAccount,
} from '../fixtures/moto/organization.ts';
import {
  abroad,
  type Holders,
  holdersIn,
  home,
  type Life,
  livingIn,
  untagSecret,
} from '../fixtures/moto/organization-life.ts';
import { addRepository } from '../fixtures/moto/resources.ts';
import { describeWithMoto } from '../fixtures/servers/moto.ts';

/** What a run did, and who has what after it. */
interface Chapter extends Run {
  readonly record: RunRecord | undefined;
  readonly holders: Holders;
}

const reportedRepository = `${abroad}/base/ruby`;
const untold = `${home}/base/go`;

/** With the store in memory: moto's tables take two thirds of the time, and the other files run on them. */
describeWithMoto('an organization of 65 accounts, from the first sweep on', (moto) => {
  let life: Life;
  let deployment: Deployment;
  let newAccount: string;
  let closed: string;
  let removed: string;
  let moved: string;
  let first: Chapter;
  let events: Readonly<Record<'created' | 'repository', Run>>;
  let after: Holders;
  let healing: Chapter;
  let last: Run;

  const chapter = async (run: Run, repositories: readonly string[] = []): Promise<Chapter> => ({
    ...run,
    record: await deployment.store.runs.get(run.id),
    holders: await holdersIn(life, repositories),
  });

  beforeAll(async () => {
    life = await livingIn(await buildOrganization(moto().endpoint), 20);
    const { organization, members } = life;
    const { central } = organization;
    [closed = ''] = life.builders;
    moved = members.Workloads.findLast((id) => !life.builders.includes(id)) ?? '';
    [removed = ''] = members.Sandbox;
    deployment = await newDeployment(moto().endpoint, life.configuration, createMemoryStore());
    first = await chapter(await deployment.sweep());

    newAccount = await createAccount(organization.accounts.organizations, 'builder-new');
    await moveAccount(organization, newAccount, 'Workloads');
    const created = await deployment.run(await createdEvent(newAccount));
    await makeRepository(reportedRepository);
    const location = { accountId: central.shared, region: abroad, source: 'aws.ecr' };
    const repository = await deployment.run(callEvent(location, 'CreateRepository'));
    events = { created, repository };
    after = await holdersIn(life, [reportedRepository]);

    await closeAccount(organization, closed);
    await removeAccount(organization, removed);
    await moveAccount(organization, moved, 'Sandbox', 'Workloads');
    await makeRepository(untold);
    await untagSecret(organization);
    healing = await chapter(await deployment.sweep(), [reportedRepository, untold]);
    last = await deployment.sweep();
  }, 180_000);

  const makeRepository = async (repository: string): Promise<void> => {
    const [, region = '', name = ''] = /^([^/]+)\/(.*)$/.exec(repository) ?? [];
    const { accounts, central } = life.organization;
    await addRepository(await accounts.in(central.shared, region), name);
  };

  /** Ids in order, without those who left and with those who came. */
  const ids = (accountIds: readonly string[], { without = [], and = [] }: Changes = {}): readonly string[] =>
    [...accountIds.filter((id) => !without.includes(id)), ...and].sort();
  const workloads = () => life.members.Workloads;
  const using = () => [...workloads(), ...life.members.Sandbox];
  const everyone = () => {
    const { managementAccount, central } = life.organization;
    return [managementAccount, ...Object.values(central), ...using(), ...life.members.Platform];
  };

  test("ends every run of an organization's life as succeeded", () => {
    const runs = [first, ...Object.values(events), healing, last];
    expect(runs.map(({ result }) => result.status)).toEqual(runs.map(() => 'SUCCEEDED'));
  });

  test('fills the registry, discovers resources and writes each once in the first sweep', () => {
    expect(first.record).toMatchObject({ counts: { accounts: 65, changed: 65, written: 10, failed: 0 } });
    expect(writesOf(first)).toEqual({
      's3:PutBucketPolicy': 1,
      'kms:PutKeyPolicy': 2,
      'kms:CreateGrant': 2,
      'ec2:ModifyImageAttribute': 1,
      'ecr:SetRepositoryPolicy': 3,
      'secretsmanager:PutResourcePolicy': 1,
      'iam:CreatePolicy': 1,
      'iam:AttachGroupPolicy': 1,
    });
  });

  test('grants every account exactly what the selectors say, in every region', () => {
    const users = ids(using());
    expect(first.holders).toEqual({
      trailLogs: ids(everyone()),
      people: ids(everyone()),
      amiKey: users,
      scaling: ids(life.builders),
      image: ids(workloads()),
      secret: ids(life.builders),
      builderKey: ids(life.builders),
      repositories: {
        [`${home}/base/node`]: users,
        [`${home}/base/python`]: users,
        [`${abroad}/base/java`]: users,
      },
    });
  });

  test('grants a new account all access of its OU after its event', () => {
    const come = { and: [newAccount] };
    const users = ids(using(), come);
    expect(after).toEqual({
      trailLogs: ids(everyone(), come),
      people: ids(everyone(), come),
      amiKey: users,
      scaling: ids(life.builders, come),
      image: ids(workloads(), come),
      secret: ids(life.builders, come),
      builderKey: ids(life.builders, come),
      repositories: {
        [`${home}/base/node`]: users,
        [`${home}/base/python`]: users,
        [`${abroad}/base/java`]: users,
        [reportedRepository]: users,
      },
    });
    expect(writesOf(events.created)).toMatchObject({ 'kms:CreateGrant': 1, 'ecr:SetRepositoryPolicy': 3 });
  });

  test('writes the policy of a new repository after its event, and searches only in its region', () => {
    expect(writesOf(events.repository)).toEqual({ 'ecr:SetRepositoryPolicy': 1 });
    // The search of the region, and the creation time of the repository that is written.
    expect(events.repository.calls['ecr:DescribeRepositories']).toBe(2);
    expect(events.repository.calls).not.toHaveProperty('secretsmanager:ListSecrets');
  });

  test('applies in the sweep changes that no event reported, such as closed accounts and a removed tag', () => {
    const change = { without: [closed, removed], and: [newAccount] };
    const users = ids(using(), change);
    expect(healing.record).toMatchObject({ counts: { accounts: 65, changed: 3, departed: 1, failed: 0 } });
    expect(writesOf(healing)).toMatchObject({
      'kms:RevokeGrant': 1,
      'ecr:SetRepositoryPolicy': 5,
      'secretsmanager:DeleteResourcePolicy': 1,
    });
    expect(healing.holders).toEqual({
      trailLogs: ids(everyone(), change),
      people: ids(everyone(), change),
      amiKey: users,
      scaling: ids(life.builders, change),
      image: ids(workloads(), { without: [closed, moved], and: [newAccount] }),
      secret: undefined,
      builderKey: ids(life.builders, change),
      repositories: {
        [`${home}/base/node`]: users,
        [`${home}/base/python`]: users,
        [`${abroad}/base/java`]: users,
        [reportedRepository]: users,
        [untold]: users,
      },
    });
  });

  test('writes nothing in the next sweep, and reads each resource once', async () => {
    expect(writesOf(last)).toEqual({});
    expect(last.calls['ecr:GetRepositoryPolicy']).toBe(5);
    expect(await deployment.store.runs.get(last.id)).toMatchObject({
      counts: { changed: 0, written: 0, equal: 11 },
    });
  });

  test("finds no drift at the end of an organization's life", async () => {
    const statuses = Object.values(await deployment.drift(life.configuration));
    expect(statuses).toEqual(Array(11).fill('equal'));
  }, 60_000);
});

interface Changes {
  readonly without?: readonly string[];
  readonly and?: readonly string[];
}
