import { grantContext } from '../shared/configuration/context.ts';
import { PolicyTooLargeError } from '../shared/errors.ts';
import type { DesiredResource } from '../shared/plan/desired.ts';
import { changeLine } from '../shared/run/finish.ts';
import type { ResourceChange } from '../shared/store/ports.ts';
import { simulatedServices } from '../simulator/simulated-services.ts';
import { desiredHere } from './access.ts';
import { worldAccounts } from './members.ts';
import type { Stage } from './play.ts';

/** What a run has left undone for a reason that is right, and lets alone until a person does something. */
export interface KnownStates {
  /** Keys of resources that cannot take all accounts that they are for. */
  readonly full: ReadonlySet<string>;
  /** The lines that a record must have for them. */
  readonly lines: ReadonlySet<string>;
  readonly violations: readonly string[];
}

/** Looks at what the latest run has refused, and whether it was right to. */
export async function knownStates(stage: Stage): Promise<KnownStates> {
  const changes = await stage.inner.runs.changes(`run-${stage.executions()}`);
  const refused = changes.filter(({ error }) => error?.name === 'PolicyTooLargeError');
  const desired = desiredHere(stage, await worldAccounts(stage));
  const violations: string[] = [];
  for (const change of refused) {
    const resource = desired.find(({ key }) => key === change.resource);
    if (resource === undefined || !(await isTooLarge(stage, resource)))
      violations.push(`${change.resource} was refused, and would fit: ${change.error?.message}`);
  }
  return {
    full: new Set(refused.map(({ resource }) => resource)),
    lines: new Set(refused.flatMap((change: ResourceChange) => changeLine(change, []))),
    violations,
  };
}

/** Whether what stands in the world now, and the accounts as they are, do not go together. */
async function isTooLarge(
  { organisation, configuration, inner }: Stage,
  { key, kind, ref, shares }: DesiredResource,
): Promise<boolean> {
  const context = grantContext(configuration);
  const services = simulatedServices(organisation, { store: inner, quick: true });
  const actual = await kind.read(services.aws('verdict', configuration).reader(ref), ref, context);
  const remembered = (await inner.resources.get(key))?.owned ?? [];
  try {
    kind.render({ ref, actual, shares, remembered, context });
    return false;
  } catch (error) {
    if (error instanceof PolicyTooLargeError) return true;
    throw error;
  }
}
