import type { Situation } from '../oracle/expected.ts';
import type { SimulationContext } from './context.ts';

/** What the oracle judges: the world now, the active configuration, and who waits for approval by the registry. */
export async function getSituation({
  organization,
  configuration,
  inner,
  ous,
}: SimulationContext): Promise<Situation> {
  const accounts = await inner.registry.listAccounts();
  const waiting = new Map(
    accounts.flatMap(({ id, approval }) => (approval === undefined ? [] : [[id, approval] as const])),
  );
  return { world: organization.world, configuration, waiting, stored: ous.stored, had: ous.had };
}
