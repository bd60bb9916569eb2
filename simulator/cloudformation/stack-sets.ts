import type { ServiceCall } from '../call.ts';
import { makeRole } from '../iam-makers.ts';
import { openSession } from '../sessions.ts';
import type { SimulatedAccount } from '../simulated-resources.ts';
import { listParentIds, makeDigest, makeRandomUuid, type SimulatedWorld } from '../world.ts';
import { createStack, deleteStack, updateStack } from './stacks.ts';
import type { PendingWork, SimulatedOperation, SimulatedStackSet, StackInstance } from './state.ts';

/** Accounts below the target OUs, children included. The management account is never one of them. */
export function listTargetAccounts(
  world: SimulatedWorld,
  targetIds: Iterable<string>,
): readonly SimulatedAccount[] {
  const targets = new Set(targetIds);
  const { managementAccountId } = world.settings;
  return [...world.accounts.values()].filter(
    (account) => account.id !== managementAccountId && findTarget(world, targets, account) !== undefined,
  );
}

/** The target OU that is nearest to the account in the tree of OUs. */
const findTarget = (
  world: SimulatedWorld,
  targets: ReadonlySet<string>,
  { parentId }: SimulatedAccount,
): string | undefined => listParentIds(world, parentId).findLast((id) => targets.has(id));

export interface DeploymentRequest {
  readonly accounts: readonly SimulatedAccount[];
  readonly regions: Iterable<string>;
  readonly action: SimulatedOperation['action'];
  readonly targets?: SimulatedOperation['targets'];
  /** Whether the resources stay when their stack is removed. */
  readonly retain?: boolean;
}

/** Starts an operation of a StackSet. The stack in each account changes only after the time that a deployment takes. */
export function startOperation(
  world: SimulatedWorld,
  stackSet: SimulatedStackSet,
  { accounts, regions, action, targets, retain = false }: DeploymentRequest,
): SimulatedOperation {
  const operation: SimulatedOperation = {
    id: makeRandomUuid(world),
    action,
    startedAt: new Date(world.settings.clock.now()),
    targets,
    endedAt: undefined,
    hasFailed: false,
    status: 'RUNNING',
  };
  stackSet.operations.set(operation.id, operation);
  const removal = retain ? 'retain' : 'remove';
  for (const account of accounts)
    for (const region of regions) {
      const instance = instanceFor(world, stackSet, { account, region, action });
      if (instance !== undefined)
        queueWork(world, { stackSet, operation, instance, act: action === 'DELETE' ? removal : 'deploy' });
    }
  endOperation(world, operation);
  return operation;
}

/**
 * The stack instance on which an operation works: a new or outdated one to create or update, or an existing one to
 * remove.
 */
function instanceFor(
  world: SimulatedWorld,
  stackSet: SimulatedStackSet,
  {
    account,
    region,
    action,
  }: { account: SimulatedAccount; region: string; action: SimulatedOperation['action'] },
): StackInstance | undefined {
  const key = `${account.id}/${region}`;
  const existing = stackSet.instances.get(key);
  if (action === 'DELETE') return existing;
  if (action === 'UPDATE') return existing === undefined ? undefined : markOutdated(existing);
  if (account.state !== 'ACTIVE' || existing?.status === 'CURRENT') return undefined;
  const instance: StackInstance = existing ?? {
    accountId: account.id,
    region,
    ouId: '',
    status: 'OUTDATED',
    detailedStatus: 'PENDING',
    statusReason: undefined,
    stackId: undefined,
  };
  instance.ouId = findTarget(world, stackSet.targetIds, account) ?? '';
  instance.detailedStatus = 'PENDING';
  instance.statusReason = undefined;
  stackSet.instances.set(key, instance);
  return instance;
}

/**
 * A new template makes every instance outdated until the operation has reached it ("UpdateStackSet", CloudFormation API
 * reference).
 */
function markOutdated(instance: StackInstance): StackInstance {
  instance.status = 'OUTDATED';
  instance.detailedStatus = 'PENDING';
  instance.statusReason = undefined;
  return instance;
}

function queueWork(world: SimulatedWorld, work: Omit<PendingWork, 'dueAt'>): void {
  const { pending, deploymentTime } = world.cloudFormation;
  pending.push({ ...work, dueAt: world.settings.clock.now() + deploymentTime });
  pending.sort((a, b) => a.dueAt - b.dueAt);
}

/**
 * Does all deployments that are due at a time. Default: now. It runs before each call of a client, so that the client
 * sees their results.
 */
export function runPendingDeployments(world: SimulatedWorld, until = world.settings.clock.now()): void {
  const { pending } = world.cloudFormation;
  while (pending[0] !== undefined && pending[0].dueAt <= until) {
    const work = pending.shift();
    if (work !== undefined) deploy(world, work);
  }
}

function deploy(world: SimulatedWorld, { stackSet, operation, instance, act }: PendingWork): void {
  if (act === 'deploy') deployInstance(world, stackSet, instance);
  else removeInstance(world, stackSet, instance, act === 'retain');
  operation.hasFailed ||= instance.detailedStatus === 'FAILED';
  endOperation(world, operation);
}

/** Updates the stack of an instance, or creates it if there is none yet. */
function deployInstance(world: SimulatedWorld, stackSet: SimulatedStackSet, instance: StackInstance): void {
  const { accountId, region } = instance;
  const { stacks, failures } = world.cloudFormation;
  const input = {
    name: `StackSet-${stackSet.name}-${makeDigest(`${stackSet.id}/${accountId}/${region}`, 8)}`,
    templateBody: stackSet.templateBody,
    parameters: stackSet.parameters,
    failure: failures.get(accountId),
  };
  const call = actInAccount(world, accountId, region);
  const existing = stacks.get(instance.stackId ?? '');
  const isUsable = existing !== undefined && existing.status !== 'ROLLBACK_COMPLETE';
  if (isUsable) updateStack(call, existing, input);
  const stack = isUsable ? existing : createStack(call, input);
  stacks.set(stack.id, stack);
  const isDone = ['CREATE_COMPLETE', 'UPDATE_COMPLETE'].includes(stack.status);
  instance.stackId = stack.id;
  instance.status = isDone ? 'CURRENT' : 'OUTDATED';
  instance.detailedStatus = isDone ? 'SUCCEEDED' : 'FAILED';
  instance.statusReason = stack.statusReason;
}

function removeInstance(
  world: SimulatedWorld,
  stackSet: SimulatedStackSet,
  { accountId, region, stackId }: StackInstance,
  retain: boolean,
): void {
  const stack = world.cloudFormation.stacks.get(stackId ?? '');
  if (stack !== undefined && !retain) deleteStack(stack);
  stackSet.instances.delete(`${accountId}/${region}`);
}

/** An operation ends when none of its work is left. */
function endOperation({ cloudFormation, settings }: SimulatedWorld, operation: SimulatedOperation): void {
  if (cloudFormation.pending.some((work) => work.operation === operation)) return;
  operation.status = operation.hasFailed ? 'FAILED' : 'SUCCEEDED';
  operation.endedAt = new Date(settings.clock.now());
}

/** StackSets act in each account by a role of that account, which may do everything there. */
function actInAccount(
  world: SimulatedWorld,
  accountId: string,
  region: string,
): Omit<ServiceCall<object>, 'input'> {
  const name = `stacksets-exec-${makeDigest(world.settings.organizationId, 32).toLowerCase()}`;
  const role = makeRole(world, {
    accountId,
    name,
    trust: statement({ Principal: { AWS: world.settings.managementAccountId }, Action: 'sts:AssumeRole' }),
    permissions: statement({ Action: '*', Resource: '*' }),
  });
  if (!world.roles.has(role.arn)) world.roles.set(role.arn, role);
  return { world, region, caller: openSession(world, role, 'AWSCloudFormation').caller };
}

const statement = (fields: object): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...fields }] });

/**
 * Automatic deployment: accounts that enter the target OUs get an instance, and accounts that leave lose it. Account
 * filters and overrides are ignored ("Enable or disable automatic deployments for StackSets", CloudFormation user
 * guide).
 */
export function deployAutomatically(world: SimulatedWorld): void {
  for (const stackSet of world.cloudFormation.stackSets.values())
    if (stackSet.automatic) followAccounts(world, stackSet);
}

function followAccounts(world: SimulatedWorld, stackSet: SimulatedStackSet): void {
  const { regions, retainStacks, targetIds } = stackSet;
  const now = listTargetAccounts(world, targetIds);
  const before = stackSet.members;
  stackSet.members = new Set(now.map(({ id }) => id));
  const came = now.filter(({ id }) => !before.has(id));
  const left = [...before].filter((id) => !stackSet.members.has(id));
  const leftAccounts = left.map((id) => world.accounts.get(id) ?? departed(id));
  if (came.length > 0) startOperation(world, stackSet, { accounts: came, regions, action: 'CREATE' });
  if (left.length > 0)
    startOperation(world, stackSet, {
      accounts: leftAccounts,
      regions,
      action: 'DELETE',
      retain: retainStacks,
    });
}

/** Stands for an account that has left the organization, so that its stacks can be removed. */
const departed = (id: string): SimulatedAccount => ({
  id,
  name: '',
  state: 'DEPARTED',
  parentId: '',
  tags: {},
});
