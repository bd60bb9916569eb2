import { getActivationId } from '../../../shared/configuration/active-configuration.ts';
import { isMember } from '../oracle/organization.ts';
import { accountsNamed, documentOf } from '../oracle/policies.ts';
import { ofGrant } from '../oracle/sids.ts';
import type { PolicyResource } from '../policy-resources.ts';
import type { SimulationContext } from './context.ts';
/** Found by a pattern, and made anew under their names: then nobody is on them any more. */
export const madeAnew = /:repository\/base\/made|:secret:/;

/**
 * Accounts that a write has put on a resource although the table counted them as done there before: whoever looked in
 * between has left it at that. Not looked at where others have changed what is ours, or where AWS has applied a write late:
 * then what the table knew was true once.
 */
export async function findCountedTooEarly(
  { inner, configuration, managedEdits, faults, ous }: SimulationContext,
  key: string,
  { place, before }: { readonly place: PolicyResource; readonly before: string | undefined },
): Promise<readonly string[]> {
  const excused = managedEdits.times.has(place.arn) || faults.appliedLate.size > 0;
  if (excused || madeAnew.test(place.arn) || ous.recreated.has(key)) return [];
  const { lastReconciliation, writeInProgress, holds = [] } = (await inner.resources.get(key)) ?? {};
  const held = new Set(holds.flatMap(({ accountId, change }) => (change === 'add' ? accountId : [])));
  const { revision: applied = 0, configurationHash, grants } = lastReconciliation ?? {};
  const had = idsIn(before, configuration.installation, grants);
  const added = [...idsIn(place.read(), configuration.installation, grants)].filter((id) => !had.has(id));
  if (added.length === 0) return [];
  // By another configuration it was for others. Before the pattern of a grant matched it, that grant counted nobody.
  if (writeInProgress === 'other-configuration') return [];
  const active = await inner.configuration.getActive();
  if (active === undefined || configurationHash !== getActivationId(active)) return [];
  const accounts = await Promise.all(added.map((id) => inner.registry.getAccount(id)));
  return (
    accounts
      .filter((account) => account !== undefined)
      // Whoever has left and is kept may be tried without, and put back, while it is found out whom AWS refuses.
      .filter((account) => isMember(account) && account.revision <= applied && !held.has(account.id))
      .map(({ id }) => `${key} counted as written for ${id} before it was`)
  );
}

/** The accounts that statements of the grants name. */
const idsIn = (
  text: string | undefined,
  installation: string,
  grants: readonly string[] = [],
): ReadonlySet<string> =>
  new Set(
    grants
      .flatMap((grant) => ofGrant(documentOf(text).Statement, installation, grant))
      .flatMap((each) => [...accountsNamed(each)]),
  );
