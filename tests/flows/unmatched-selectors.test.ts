import { describe, expect, it } from '@jest/globals';
import type { Selector } from '../../shared/accounts/selector.ts';
import { getActiveConfiguration } from '../../shared/configuration/active-configuration.ts';
import { configurationSchema } from '../../shared/configuration/schema.ts';
import { applyPlan } from '../../shared/reconcile/apply-plan.ts';
import { planAll } from '../../shared/reconcile/plan-all.ts';
import { created } from '../fixtures/account-events.ts';
import { repository, small } from '../fixtures/small-configuration.ts';
import { activated, sweep } from '../fixtures/sweeps.ts';
import { createEnv, named, onboard, type TestEnv } from '../fixtures/test-env.ts';

/** A world whose one grant, on a repository, gets this selector once all OUs are there. */
async function createEnvFor(selector: Selector): Promise<TestEnv> {
  const configuration = small(['repository']);
  const grants = configuration.grants.map((grant) => ({ ...grant, for: selector }));
  return activated(
    await createEnv({ configuration }),
    configurationSchema.parse({ ...configuration, grants }),
  );
}

const misspelled = { ous: ['Worklods'] };
const expected = [
  'Grant images: no account is in the OU Worklods (for.ous[0]). The nearest OU with accounts is Workloads',
  'Grant images: matches 0 accounts. If accounts should have this access, correct `for`',
];

describe('a selector that matches nobody', () => {
  it("warns of a selector without matches in the record of an account's run", async () => {
    const env = await createEnvFor(misspelled);

    const { run, status } = await onboard(env, created(env).event);

    expect(status).toBe('SUCCEEDED');
    expect(run.warnings).toEqual(expected);
  });

  it('warns of a selector without matches in the record of a sweep', async () => {
    expect((await sweep(await createEnvFor(misspelled))).run.warnings).toEqual(expected);
  });

  it('warns of a selector without matches in a plan and in the record of its apply', async () => {
    const { services, store } = await createEnvFor(misspelled);

    const plan = await planAll(services, { runId: 'plan', active: await getActiveConfiguration(store) });
    const record = await applyPlan(services, { runId: 'apply', plan });

    expect(plan.discovery.warnings).toEqual(expected);
    expect(record.warnings).toEqual(expected);
  });

  it("returns no warning when the selector's OU has a slash and a star in its name and an account", async () => {
    const env = await createEnvFor({ ous: ['CI%2FCD %2A'] });
    const ou = 'ou-exam-builds000001';
    const root = [...env.organization.world.organizationalUnits.values()][0]?.parentId ?? '';
    env.organization.world.organizationalUnits.set(ou, { id: ou, name: 'CI/CD *', parentId: root });
    const { id } = created(env);
    env.organization.moveAccount(id, ou);

    const { run } = await sweep(env);

    expect(run.warnings).toBeUndefined();
    expect(named(env)[repository]).toEqual([id]);
  });
});
