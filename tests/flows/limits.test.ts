import { expect, test } from '@jest/globals';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { ouId } from '../../simulator/example-organisation.ts';
import { example, people, small } from './configurations.ts';
import { created } from './events.ts';
import { due, makeReady, named, onboard, policies, type World, world, writeCounts } from './world.ts';

/** A longer name, so that a policy takes fewer than a hundred. */
const longer = (): Configuration => {
  const { grants, ...rest } = small(['people']);
  return { ...rest, grants: grants.map((grant) => ({ ...grant, role: 'people/DeveloperOfApplications' })) };
};

const ourPolicies = ({ organisation }: World) =>
  [...organisation.world.managedPolicies.values()].filter(({ path }) =>
    path.startsWith('/account-onboarding/'),
  );

test('the seventh account, one after the other, needs more versions than IAM keeps', async () => {
  const of = await world({ configuration: small(['people']) });

  for (let count = 0; count < 7; count += 1)
    expect(await onboard(of, created(of).event)).toMatchObject({ status: 'SUCCEEDED' });

  expect(named(of)).toEqual(due(of));
  expect(ourPolicies(of).map(({ lastVersion, versions }) => [lastVersion, versions.length])).toEqual([
    [7, 5],
  ]);
});

test('the hundredth account: the first managed policy is full, and a second one is made', async () => {
  const of = await world({
    configuration: longer(),
    prepare: (organisation) => {
      for (let count = 0; count < 88; count += 1)
        organisation.addAccount({ id: String(600_000_000_000 + count), name: `account-${count}` });
    },
  });

  for (let count = 88; count < 100; count += 1)
    expect(await onboard(of, created(of).event)).toMatchObject({ status: 'SUCCEEDED' });

  expect(named(of)).toEqual(due(of));
  expect(ourPolicies(of)).toHaveLength(2);
  expect(policies(of)[people]).toHaveLength(3);
});

/** An organisation that has them all before anybody looked; every `share`th is a workload. */
async function crowd(share: number): Promise<World> {
  const of = await world({
    configuration: await example(),
    ready: false,
    prepare: (organisation) => {
      const [workloads = '', platform = ''] = ['Workloads', 'Platform'].map((ou) => ouId(organisation, ou));
      for (let count = 0; count < 300; count += 1)
        organisation.addAccount({
          id: String(600_000_000_000 + count),
          name: `account-${count}`,
          parentId: count % share === 0 ? workloads : platform,
        });
    },
  });
  await makeReady(of);
  of.organisation.resetCalls();
  return of;
}

test('three hundred accounts that are imported at once take one run, and one write a document', async () => {
  const of = await crowd(4);

  const ended = await onboard(of, { accountId: '600000000000' });

  expect(ended.run).toMatchObject({ status: 'succeeded' });
  expect(named(of)).toEqual(due(of));
  expect(writeCounts(of)).toMatchObject({ 'example-org-cloudtrail': 1, 'base/node': 1 });
});

test('a document that does not take them all is refused with the number that fits, and the others take them', async () => {
  const of = await crowd(2);
  const node = 'ecr-repository-policy/444444444444/eu-west-1/base/node';

  const ended = await onboard(of, { accountId: '600000000000' });

  expect(ended.run.left).toEqual([
    expect.stringMatching(/base\/node: refused: PolicyTooLargeError.*\d+ fit/),
  ]);
  expect(named(of)).toEqual({ ...due(of), [node]: [] });
});
