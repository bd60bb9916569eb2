import { activateConfiguration } from '../shared/run/activate.ts';
import { applyPlan } from '../shared/run/apply-plan.ts';
import { planAll } from '../shared/run/plan-all.ts';
import { activeConfiguration } from '../shared/services.ts';
import { simulatedServices } from '../simulator/simulated-services.ts';
import { takeSpoilingAway } from './closed-principal.ts';
import { takeClashesAway } from './interloper.ts';
import type { Stage } from './play.ts';

/**
 * A person allows what is withheld, looks at the plan and applies it, as `onboarding activate` and `apply` do, and keeps
 * others from what is ours.
 */
export async function personDecides(stage: Stage, runId: string): Promise<void> {
  takeClashesAway(stage);
  takeSpoilingAway(stage);
  const services = simulatedServices(stage.organisation, { store: stage.inner, quick: true });
  const { safety } = stage.configuration;
  const allowing = { ...stage.configuration, safety: { ...safety, removalCount: 1_000 } };
  await activateConfiguration({ store: stage.inner, clock: services.clock }, allowing, 'a person');
  const active = await activeConfiguration(stage.inner);
  await applyPlan(services, { runId, plan: await planAll(services, { runId, active, keep: true }) });
}
