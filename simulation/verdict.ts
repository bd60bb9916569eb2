import { isMember } from '../shared/organization/account.ts';
import { desiredResources } from '../shared/plan/desired.ts';
import { accountIdsIn } from '../shared/policy/accounts.ts';
import { type PolicyDocument, parsePolicy } from '../shared/policy/document.ts';
import { samePolicy } from '../shared/policy/equality.ts';
import { deploymentOf } from '../shared/policy/owned.ts';
import { executionsEndWithin } from '../shared/run/sweep.ts';
import type { World } from '../simulator/world.ts';
import type { Stage } from './play.ts';
import { epoch } from './time.ts';
import type { Violation } from './watch.ts';

/** Longer than any execution, any lease and any refusal of a new account. */
const quiet = executionsEndWithin + 60 * 60_000;

/**
 * Before anything is put right: an account that a run has taken care of has what it should have, whatever other runs
 * did since. Not looked at where AWS has applied a write after everybody had given up on it: that is for the sweep.
 * @param ids which accounts to look at. Default: all that are taken care of
 */
export function handledViolations(stage: Stage, ids: readonly string[] = []): readonly Violation[] {
  const taken = stage.care.taken();
  const looked = ids.length === 0 ? taken : new Set(ids.filter((id) => taken.has(id)));
  if (looked.size === 0) return [];
  return accessFindings(stage)
    .filter(({ resource, id }) => looked.has(id) && !stage.faults.appliedLate.has(resource))
    .map(({ what }) => ({ at: Date.now() - epoch, what: `${what}, though a run for it has succeeded` }));
}

/** When everything is quiet, one sweep must put right what is left to do, and a second one must find nothing. */
export async function settledViolations(stage: Stage): Promise<readonly Violation[]> {
  await new Promise<void>((resolve) => setTimeout(resolve, quiet));
  await stage.start({}, 'organization-sweep');
  const first = await lastRecord(stage);
  const before = stage.watch.writes();
  await stage.start({}, 'organization-sweep');
  const found = [
    ...first,
    ...(stage.watch.writes() === before ? [] : ['a second quiet sweep wrote again']),
    ...accessFindings(stage).map(({ what }) => what),
    ...foreignViolations(stage),
    ...(await recordViolations(stage)),
    ...(await leaseViolations(stage)),
  ];
  return found.map((what) => ({ at: Date.now() - epoch, what }));
}

/** The quiet sweep must leave nothing undone. */
async function lastRecord({ inner, executions }: Stage): Promise<readonly string[]> {
  const run = await inner.runs.get(`run-${executions()}`);
  return (run?.left ?? []).map((line) => `the quiet sweep left: ${line}`);
}

interface AccessFinding {
  readonly id: string;
  /** The name that it has at AWS. */
  readonly resource: string;
  readonly what: string;
}

function accessFindings({ organisation, configuration }: Stage): readonly AccessFinding[] {
  const { world } = organisation;
  const accounts = [...world.accounts.values()].map((account) => ({
    ...account,
    ...positionOf(world, account.parentId),
  }));
  return desiredResources(configuration, accounts.filter(isMember)).flatMap(({ key, ref, shares }) => {
    const due = new Set(shares.flatMap((share) => share.accounts.map(({ id }) => id)));
    const ours = documentsOf(world, ref)
      .flatMap(({ Statement }) => Statement)
      .filter(({ Sid }) => deploymentOf(Sid) === configuration.deployment);
    const named = new Set(ours.flatMap((statement) => [...accountIdsIn(statement)]));
    return [
      ...[...due]
        .filter((id) => !named.has(id))
        .map((id) => ({ id, resource: ref.id, what: `${key} lacks ${id}` })),
      ...[...named]
        .filter((id) => !due.has(id))
        .map((id) => ({ id, resource: ref.id, what: `${key} names ${id}` })),
    ];
  });
}

function positionOf(
  { organizationalUnits }: World,
  parentId: string,
): { parentIds: string[]; ouPath: string } {
  const ou = organizationalUnits.get(parentId);
  if (ou === undefined) return { parentIds: [parentId], ouPath: '' };
  const above = positionOf({ organizationalUnits } as World, ou.parentId);
  return {
    parentIds: [...above.parentIds, parentId],
    ouPath: above.ouPath === '' ? ou.name : `${above.ouPath}/${ou.name}`,
  };
}

function foreignViolations({ organisation, configuration, watch }: Stage): readonly string[] {
  const { buckets, keys, repositories, secrets } = organisation.world;
  const resources = [buckets, keys, repositories, secrets].flatMap((map) => [...map.values()]);
  return resources.flatMap(({ name, policy, arn }) => {
    const left = watch.left.get(name);
    if (left === undefined) return [];
    const document = policy === undefined ? { ...left, Statement: [] } : parsePolicy(policy, arn);
    const Statement = document.Statement.filter(({ Sid }) => deploymentOf(Sid) !== configuration.deployment);
    return samePolicy({ ...document, Statement }, left)
      ? []
      : [`${arn}: what is not ours is not as it was left`];
  });
}

async function recordViolations({ inner }: Stage): Promise<readonly string[]> {
  const open = await inner.runs.unfinished('9999');
  return open.map(({ runId }) => `${runId} has no final record`);
}

async function leaseViolations({ inner, configuration }: Stage): Promise<readonly string[]> {
  const now = Date.now();
  const held: string[] = [];
  for (const { key } of desiredResources(configuration, []))
    if (!(await inner.leases.acquire(key, 'the verdict', now, now + 1)))
      held.push(`the lease of ${key} has not ended`);
  return held;
}

function documentsOf(
  world: World,
  { kind, accountId, id }: { readonly kind: string; readonly accountId: string; readonly id: string },
): readonly PolicyDocument[] {
  if (kind === 'assume-role-permission') {
    const group = [...world.groups.values()].find(
      (each) => each.accountId === accountId && `group/${each.name}` === id,
    );
    return [...(group?.attached ?? [])].map((arn) => {
      const policy = world.managedPolicies.get(arn);
      const version = policy?.versions.find((each) => each.id === policy.defaultVersion);
      return parsePolicy(version?.document ?? '', arn);
    });
  }
  const { buckets, keys, repositories, secrets } = world;
  const all = [buckets, keys, repositories, secrets].flatMap((map) => [...map.values()]);
  const found = all.find((each) => each.accountId === accountId && each.name === id);
  return found?.policy === undefined ? [] : [parsePolicy(found.policy, found.arn)];
}
