import type { Situation } from '../oracle/expected.ts';
import type { SimulationContext } from './context.ts';

/**
 * The input of the oracle: the present world, the active configuration, and the accounts that wait for approval by the
 * registry.
 */
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
