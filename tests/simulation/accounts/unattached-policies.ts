import { expected } from '../oracle/expected.ts';
import { keyOf } from '../oracle/resources.ts';
import { type AcceptedFailures, isAppliedLate } from './accepted-failures.ts';
import type { SimulationContext } from './context.ts';
import { getSituation } from './situation.ts';

/**
 * Managed policies of the installation without attachment: they give no access, but count towards AWS's quotas. Three
 * cases are excluded: errors, conflicts, and a group without a grant after a late write of AWS. No run reads such a
 * group again.
 */
export async function findUnattachedPolicies(
  stage: SimulationContext,
  { full, halted, conflict }: AcceptedFailures,
): Promise<readonly string[]> {
  const { groups, roles, managedPolicies } = stage.organization.world;
  const beginning = `/account-onboarding/${stage.configuration.installation}/`;
  const attached = new Set([...groups.values(), ...roles.values()].flatMap((holder) => [...holder.attached]));
  const due = new Set(expected(await getSituation(stage)).map(({ key }) => key));
  return [...managedPolicies.values()]
    .filter(({ arn, path }) => path.startsWith(beginning) && !attached.has(arn))
    .filter(({ accountId, path }) => {
      const id = path.slice(beginning.length, -1);
      const key = keyOf({ kind: 'assume-role-permission', accountId, region: 'us-east-1', id });
      if ([full, halted, conflict].some((keys) => keys.has(key))) return false;
      return due.has(key) || !isAppliedLate(stage, key);
    })
    .map(({ arn }) => `${arn} is left over: it is attached to nothing`);
}
