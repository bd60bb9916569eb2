import type { Capability } from '@aws-sdk/client-cloudformation';
import { makeRandomUuid, type SimulatedWorld } from '../world.ts';
import {
  deployAutomatically,
  listTargetAccounts,
  runPendingDeployments,
  startOperation,
} from './stack-sets.ts';
import type { SimulatedStackSet } from './state.ts';

export interface StackSetInput {
  readonly name: string;
  /** The region of its administration. */
  readonly region: string;
  readonly templateBody: string;
  readonly description?: string | undefined;
  /** Default: none. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** IAM capabilities that the caller acknowledges. Default: none. */
  readonly capabilities?: readonly Capability[];
  /** Whether accounts that enter the target OUs get a stack. Default: true. */
  readonly automatic?: boolean;
  /** Whether an account that leaves the target OUs keeps its stack. Default: false. */
  readonly retainStacks?: boolean;
}

/** Creates a StackSet without targets. */
export function makeStackSet(world: SimulatedWorld, input: StackSetInput): SimulatedStackSet {
  const { name, region, parameters = {}, capabilities = [], automatic = true, retainStacks = false } = input;
  const { partition, managementAccountId } = world.settings;
  const stackSet: SimulatedStackSet = {
    id: `arn:${partition}:cloudformation:${region}:${managementAccountId}:stackset/${name}:${makeRandomUuid(world)}`,
    name,
    description: input.description,
    templateBody: input.templateBody,
    parameters,
    capabilities,
    automatic,
    retainStacks,
    targetIds: new Set(),
    regions: new Set(),
    members: new Set(),
    instances: new Map(),
    operations: new Map(),
  };
  world.cloudFormation.stackSets.set(name, stackSet);
  listen(world);
  return stackSet;
}

/** From now on, each event of the organization starts automatic deployment. */
function listen(world: SimulatedWorld): void {
  if (world.cloudFormation.isListening) return;
  world.cloudFormation.isListening = true;
  world.listeners.push(() => deployAutomatically(world));
}

/** Adds targets to a StackSet. @returns the accounts below them */
export function setTargets(
  world: SimulatedWorld,
  stackSet: SimulatedStackSet,
  { ids, regions }: { readonly ids: Iterable<string>; readonly regions: Iterable<string> },
) {
  for (const id of ids) stackSet.targetIds.add(id);
  for (const region of regions) stackSet.regions.add(region);
  const accounts = listTargetAccounts(world, stackSet.targetIds);
  stackSet.members = new Set(accounts.map(({ id }) => id));
  return accounts;
}

/** Adds a StackSet with completed deployments: each account below its target OUs has its stack. */
export function addStackSet(
  world: SimulatedWorld,
  { targetIds, ...input }: StackSetInput & { readonly targetIds: readonly string[] },
): void {
  const stackSet = makeStackSet(world, input);
  const regions = [input.region];
  const accounts = setTargets(world, stackSet, { ids: targetIds, regions });
  startOperation(world, stackSet, { accounts, regions, action: 'CREATE' });
  runPendingDeployments(world, Number.POSITIVE_INFINITY);
}
