import { expect, test } from '@jest/globals';
import { parseConfiguration } from '../../shared/configuration/load.ts';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { smallText } from './configurations.ts';
import { sweep, swept } from './sweeps.ts';
import { named, type World } from './world.ts';

/** As the example organization makes Workloads/Production, with its first account. */
const production = 'ou-exam-made0001';
const three = ['700000000001', '700000000002', '888888888888'];
const images = 'ecr-repository-policy/444444444444/eu-west-1/base/node';

const forAccounts = (selector: string, more = ''): Configuration =>
  parseConfiguration(
    `${smallText(['repository']).replace('{ ous: [Workloads] }', selector)}${more}\n`,
    'the test',
  );

const productionPath = '{ ous: [Workloads/Production] }';

const add = ({ organisation }: Pick<World, 'organisation'>, id: string, parentId: string): void =>
  organisation.addAccount({ id, name: `account-${id.slice(-2)}`, parentId });

/** An organization whose OU Workloads/Production has three accounts with access to the image. */
const withThreeAccounts = (configuration = forAccounts(productionPath)): Promise<World> =>
  swept({
    configuration,
    prepare: (organisation) => {
      for (const id of three.slice(0, 2)) add({ organisation }, id, production);
    },
  });

const withAccess = (env: World): readonly string[] => named(env)[images] ?? [];

test('keeps access when the OU of a path is renamed, and the sweep reports both paths', async () => {
  const env = await withThreeAccounts();
  expect(withAccess(env)).toEqual(three);
  env.organisation.renameOu(production, 'Prod');

  const { run } = await sweep(env);

  expect(withAccess(env)).toEqual(three);
  expect(run).toMatchObject({ status: 'failed' });
  expect(run.warnings).toBeUndefined();
  expect(run.left).toEqual([
    'The path Workloads/Production (grant images) does not name what it named when the configuration was activated. ' +
      `The OU ${production} was Workloads/Production and is now Workloads/Prod. ` +
      '3 accounts keep the access that they had: account-01 (700000000001), account-02 (700000000002), ' +
      'workloads-production-1 (888888888888). Until a configuration is activated, this path adds nobody. ' +
      'Correct the path if it should name another OU, then run `onboarding activate`',
  ]);
});
