import { describe, expect, it } from '@jest/globals';
import { storeOus } from '../../shared/accounts/stored-ous.ts';
import { noMatches } from '../../shared/configuration/searches.ts';
import type { Account } from '../../shared/platform/account.ts';
import { listDesiredResources } from '../../shared/reconcile/desired-resources.ts';
import type { ResourcePlan } from '../../shared/reconcile/plan-types.ts';
import { account } from '../fixtures/member-account.ts';
import { configurationWith, grantedIn, idsOf, makePlan, now, readSecret } from '../fixtures/plan-fixture.ts';

const inOu = (id: string, ouId: string, ouPath: string): Account =>
  account(id, { parentIds: ['r-abcd', ouId], ouPath });

const sandbox = (ouPath: string): Account => inOu('111122223333', 'ou-abcd-sandbox1', ouPath);
const workloads = (ouPath: string): Account => inOu('555566667777', 'ou-abcd-workload', ouPath);

/** Two grants on one secret. The first grant is for the account with the greater id. */
const configuration = configurationWith([
  readSecret({ for: { ous: ['Workloads'] } }),
  readSecret({ name: 'more', for: { ous: ['Sandbox'] } }),
]);
const ous = storeOus(['Workloads', 'Sandbox'], [workloads('Workloads'), sandbox('Sandbox')]);

function planFor(accounts: readonly Account[], before?: ResourcePlan) {
  const [desired] = listDesiredResources(configuration, accounts, noMatches, ous);
  if (desired === undefined) throw new Error('There is no resource');
  const { next: actual = desired.kind.empty, owned: remembered = [] } = before ?? {};
  const plan = makePlan({ desired, actual, remembered, configuration, accounts, now });
  return { ...plan, granted: grantedIn(configuration, desired, plan.next) };
}

const named = [workloads('Workloads'), sandbox('Sandbox')];
const renamed = [workloads('Work'), sandbox('Box')];

describe('a plan after OUs were renamed', () => {
  it('keeps the access of accounts when their OU was renamed', () => {
    const plan = planFor(renamed, planFor(named));

    expect(plan).toMatchObject({ changed: false, added: [], removed: [], granted: idsOf(named).toSorted() });
    expect(plan.unresolved).toEqual({ kept: ['111122223333', '555566667777'], notAdded: [] });
  });

  it('gives no access to accounts without access when their OU was renamed', () => {
    const plan = planFor(renamed);

    expect(plan).toMatchObject({ changed: false, added: [], granted: [] });
    expect(plan.unresolved).toEqual({ kept: [], notAdded: ['111122223333', '555566667777'] });
  });

  it('separates accounts that keep access from accounts that get none', () => {
    const added = inOu('222233334444', 'ou-abcd-workload', 'Work');

    const plan = planFor([...renamed, added], planFor(named));

    expect(plan).toMatchObject({ added: [], granted: idsOf(named).toSorted() });
    expect(plan.unresolved).toEqual({ kept: ['111122223333', '555566667777'], notAdded: [added.id] });
  });

  it('reports nothing unresolved when every OU still has its name', () => {
    expect(planFor(named, planFor(named))).not.toHaveProperty('unresolved');
  });
});
