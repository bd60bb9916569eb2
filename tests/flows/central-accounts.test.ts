import { describe, expect, it } from '@jest/globals';
import type { Configuration } from '../../shared/configuration/schema.ts';
import { toUpdateFunctionName } from '../../shared/platform/central-accounts.ts';
import type { Services } from '../../shared/reconcile/services.ts';
import { created } from '../fixtures/account-events.ts';
import { configurationFiles, listUpdateNames, loadCentralAccounts } from '../fixtures/central-accounts.ts';
import { notedRun, notedSweep } from '../fixtures/recorded-run.ts';
import {
  createEnv,
  due,
  named,
  onboard,
  otherServices,
  outcomes,
  type TestEnv,
} from '../fixtures/test-env.ts';

const networkAccount = '555555555555';
const routes = `secret-resource-policy/${networkAccount}/eu-central-1/network/routes`;

const numbers = Object.keys(configurationFiles) as (keyof typeof configurationFiles)[];

const accountsOf = ({ organization }: TestEnv): ReadonlySet<string> =>
  new Set(organization.calls.map(({ accountId }) => accountId));

/** Of a deployment that was packaged before the configuration named the network account. */
const withoutNetwork = (env: TestEnv): Services => ({
  ...otherServices(env),
  findUpdateFunction: (name) => (name === 'network' ? undefined : toUpdateFunctionName(name)),
});

const withSearch = (configuration: Configuration): Configuration => ({
  ...configuration,
  grants: configuration.grants.map((grant) => {
    if (grant.name !== 'routes') return grant;
    const { secrets: _, ...bare } = { secrets: [], ...grant };
    return { ...bare, tags: { Use: ['routes'] } };
  }),
});

describe.each(numbers)('with %s central accounts', (number) => {
  it('calls the function of each central account once when an account is onboarded', async () => {
    const env = await createEnv({ configuration: await loadCentralAccounts(number) });

    const ended = await notedRun(env, created(env).event);

    expect(ended.updates.toSorted()).toEqual(listUpdateNames(env.configuration).toSorted());
    expect(ended.states.filter((state) => state === 'UpdateCentralAccount')).toHaveLength(
      Object.keys(env.configuration.centralAccounts).length,
    );
    expect(ended.run).toMatchObject({ status: 'succeeded' });
    expect(new Set(Object.values(outcomes(ended)))).toEqual(new Set(['written']));
    expect(named(env)).toEqual(due(env));
  });

  it('calls the function of one central account in a sweep when only that account differs', async () => {
    const env = await createEnv({ configuration: await loadCentralAccounts(number) });
    await notedSweep(env);
    env.organization.editPolicy('secret', secretArn(env), undefined);

    const ended = await notedSweep(env);

    expect(ended.updates).toEqual(['Network']);
    expect(ended.run).toMatchObject({ status: 'succeeded' });
    expect(named(env)).toEqual(due(env));
  });
});

const secretArn = ({ organization }: TestEnv): string =>
  [...organization.world.secrets.values()].find(({ name }) => name === 'network/routes')?.arn ?? '';

describe('a central account without a function', () => {
  it('fails and says what to do when a central account has no function yet', async () => {
    const env = await createEnv({ configuration: await loadCentralAccounts('nine') });
    const { event, id } = created(env);
    const before = named(env)[routes];

    const ended = await onboard(env, event, { services: withoutNetwork(env) });

    expect(ended.run).toMatchObject({ status: 'failed', accountIds: [id] });
    expect(ended.run.unresolved).toEqual([
      `${routes}: failed: CentralAccountNotDeployedError: The network account (${networkAccount}) has no update function, ` +
        'because the active configuration names it and the deployment does not. Nothing was read or written in it. Deploy ' +
        'the active configuration (ONBOARDING_CONFIG=onboarding.yml npx serverless deploy), then start the run again',
    ]);
    expect(accountsOf(env)).not.toContain(networkAccount);
    expect(named(env)).toEqual({ ...due(env), [routes]: before });
  });

  it('updates a central account when its function has been deployed and the run starts again', async () => {
    const env = await createEnv({ configuration: await loadCentralAccounts('nine') });
    const { event, id } = created(env);
    await onboard(env, event, { services: withoutNetwork(env) });

    const again = await notedRun(env, { accountId: id });

    expect(again.updates).toEqual(['Network']);
    expect(again.run).toMatchObject({ status: 'succeeded' });
    expect(named(env)).toEqual(due(env));
  });

  it('updates other central accounts in a sweep when one has no function', async () => {
    const env = await createEnv({ configuration: await loadCentralAccounts('two') });
    created(env);

    const ended = await notedSweep(env, { services: withoutNetwork(env) });

    expect(ended.updates).toEqual(['Log']);
    expect(outcomes(ended)).toMatchObject({ [routes]: 'failed' });
    expect(ended.run.unresolved).toEqual([expect.stringContaining('CentralAccountNotDeployedError')]);
  });

  it('fails the searches in a central account without a function, and says what to do', async () => {
    const env = await createEnv({ configuration: withSearch(await loadCentralAccounts('two')) });

    const ended = await notedSweep(env, { services: withoutNetwork(env) });

    expect(ended.run).toMatchObject({ status: 'failed' });
    expect(ended.run.unresolved).toEqual([
      expect.stringMatching(/^Search for Use = routes .*CentralAccountNotDeployedError: The network account/),
    ]);
    expect(accountsOf(env)).not.toContain(networkAccount);
  });
});
