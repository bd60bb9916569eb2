import type { ActiveConfiguration } from '../configuration/active-configuration.ts';
import { hashCanonically } from '../configuration/context.ts';
import type { DesiredResource } from './desired-resource.ts';
import { digestManagedStatements } from './digest.ts';
import { StalePlanError } from './errors.ts';
import type { ResourcePlan } from './plan-types.ts';

interface Wanted {
  readonly desired: DesiredResource;
  readonly active: Pick<ActiveConfiguration, 'configuration'>;
}

/**
 * Digest of the managed statements that a plan would write. An operator who confirms the plan agrees to these
 * statements.
 */
export const computeShownDigest = ({ desired, active }: Wanted, { next, owned }: ResourcePlan): string =>
  hashCanonically(
    digestManagedStatements(desired.kind.toDocuments(next, owned), active.configuration.installation),
  );

/**
 * Stops the write if its managed statements differ from the statements that the operator has seen. Unmanaged statements
 * may differ, because a write keeps them as they are.
 */
export function requirePlanShown(shown: string | undefined, wanted: Wanted, plan: ResourcePlan): void {
  if (shown === undefined || computeShownDigest(wanted, plan) === shown) return;
  const resource = wanted.desired.key;
  throw new StalePlanError(
    `${resource}: the desired state is not the one that the plan showed. The resource was not changed. Plan again, then apply ` +
      'the new plan',
    { resource },
  );
}
