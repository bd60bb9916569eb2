import { getActiveConfiguration } from '../../../shared/configuration/active-configuration.ts';
import { applyPlan } from '../../../shared/reconcile/apply-plan.ts';
import { planAll } from '../../../shared/reconcile/plan-all.ts';
import { activateConfiguration } from '../../../shared/runs/activate.ts';
import { simulatedServices } from '../../../simulator/simulated-services.ts';
import { takeSpoilingAway } from './closed-principal.ts';
import type { Stage } from './context.ts';
import { takeClashesAway } from './external-edits-to-ours.ts';

/**
 * A person allows what is withheld, looks at the plan and applies it, as `onboarding activate` and `apply` do, and keeps
 * others from what is ours.
 */
export async function personDecides(stage: Stage, runId: string): Promise<void> {
  takeClashesAway(stage);
  takeSpoilingAway(stage);
  const services = simulatedServices(stage.organization, { store: stage.inner, quick: true });
  const { removalLimits } = stage.configuration;
  const allowing = { ...stage.configuration, removalLimits: { ...removalLimits, accounts: 1_000 } };
  await activateConfiguration({ store: stage.inner, clock: services.clock }, allowing, 'a person');
  const active = await getActiveConfiguration(stage.inner);
  await applyPlan(services, { runId, plan: await planAll(services, { runId, active, keep: true }) });
}
