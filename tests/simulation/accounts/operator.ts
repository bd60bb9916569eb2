import { getActiveConfiguration } from '../../../shared/configuration/active-configuration.ts';
import { applyPlan } from '../../../shared/reconcile/apply-plan.ts';
import { planAll } from '../../../shared/reconcile/plan-all.ts';
import { activateConfiguration } from '../../../shared/runs/activate.ts';
import { createSimulatedServices } from '../../../simulator/simulated-services.ts';
import { removeSpoilingStatements } from './closed-principal.ts';
import type { SimulationContext } from './context.ts';
import { removeClashes } from './external-edits-to-ours.ts';

/**
 * An operator allows blocked removals, reads the plan and applies it, as `onboarding activate` and `apply` do, and
 * stops external changes of managed statements.
 */
export async function decideAsOperator(stage: SimulationContext, runId: string): Promise<void> {
  removeClashes(stage);
  removeSpoilingStatements(stage);
  const services = createSimulatedServices(stage.organization, { store: stage.inner, quick: true });
  const { removalLimits } = stage.configuration;
  const allowing = { ...stage.configuration, removalLimits: { ...removalLimits, accounts: 1_000 } };
  await activateConfiguration({ store: stage.inner, clock: services.clock }, allowing, 'a person');
  const active = await getActiveConfiguration(stage.inner);
  await applyPlan(services, { runId, plan: await planAll(services, { runId, active, keep: true }) });
}
