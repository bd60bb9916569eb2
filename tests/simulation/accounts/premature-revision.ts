import { getActivationId } from '../../../shared/configuration/active-configuration.ts';
import { isMember } from '../oracle/organization.ts';
import { accountsNamed, documentOf } from '../oracle/policies.ts';
import { ofGrant } from '../oracle/sids.ts';
import type { PolicyResource } from '../policy-resources.ts';
import type { SimulationContext } from './context.ts';
/** Resources that patterns match and that were deleted and created again: no account has access on them. */
export const madeAnew = /:repository\/base\/made|:secret:/;

/**
 * Accounts that a write has put on a resource although the table counted them as done there before: a run in between
 * would have skipped them. After external changes or late writes it is not judged, because then the table was right
 * once.
 */
export async function findCountedTooEarly(
  { inner, configuration, managedEdits, faults, ous }: SimulationContext,
  key: string,
  { place: resource, before }: { readonly place: PolicyResource; readonly before: string | undefined },
): Promise<readonly string[]> {
  const excused = managedEdits.times.has(resource.arn) || faults.appliedLate.size > 0;
  if (excused || madeAnew.test(resource.arn) || ous.recreated.has(key)) return [];
  const { lastReconciliation, writeInProgress, holds = [] } = (await inner.resources.get(key)) ?? {};
  const held = new Set(holds.flatMap(({ accountId, change }) => (change === 'add' ? accountId : [])));
  const { revision: applied = 0, activationId, grants } = lastReconciliation ?? {};
  const had = idsIn(before, configuration.installation, grants);
  const added = [...idsIn(resource.read(), configuration.installation, grants)].filter((id) => !had.has(id));
  if (added.length === 0) return [];
  // By another configuration it served other accounts. Before the pattern of a grant matched it, that grant served no
  // account.
  if (writeInProgress === 'other-configuration') return [];
  const active = await inner.configuration.getActive();
  if (active === undefined || activationId !== getActivationId(active)) return [];
  const accounts = await Promise.all(added.map((id) => inner.registry.getAccount(id)));
  return (
    accounts
      .filter((account) => account !== undefined)
      // While a run searches for a rejected principal, it may remove and restore an account in its grace period.
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
