import { executionsEndWithin } from '../../../shared/runs/sweep.ts';
import { documentOf, meaningOf } from '../oracle/policies.ts';
import { isManaged } from '../oracle/sids.ts';
import { listPolicyResources } from '../policy-resources.ts';
import { epoch } from '../time.ts';
import {
  type AcceptedFailures,
  findAcceptedFailures,
  findFalseConflicts,
  isAppliedLate,
} from './accepted-failures.ts';
import { type AccessFinding, findAccessFindings, isServed } from './access.ts';
import { findConflictViolations } from './conflict-check.ts';
import type { SimulationContext } from './context.ts';
import { decideAsOperator } from './operator.ts';
import { findOuViolations } from './ou-fate.ts';
import { findUnexpectedLines, listWaitingIds } from './reported-lines.ts';
import { findUnattachedPolicies } from './unattached-policies.ts';
import type { Violation } from './write-observer.ts';

/** Longer than any execution, any lease and any rejection of a new account. */
const quiet = executionsEndWithin + 60 * 60_000;

/**
 * Judges before any repair: an account that a run has served has its due access, whatever other runs did since. Two
 * cases are excluded. After a late write of AWS, only the sweep repairs the resource. Matches of a pattern may be new.
 * @param ids the accounts to judge. Default: all served accounts
 */
export async function findHandledViolations(
  stage: SimulationContext,
  ids: readonly string[] = [],
): Promise<readonly Violation[]> {
  const taken = stage.expectedAccounts.taken();
  const looked = { lacks: stage.expectedAccounts.given(), names: taken, exceeds: taken };
  const isAsked = (id: string): boolean => ids.length === 0 || ids.includes(id);
  if (![...looked.lacks, ...taken].some(isAsked)) return [];
  const at = Date.now() - epoch;
  const findings = (await findAccessFindings(stage))
    .filter(({ id, named, sort }) => isAsked(id) && looked[sort].has(id) && named)
    .filter((finding) => !isExcused(stage, finding));
  const violations: Violation[] = [];
  for (const finding of findings) {
    const { id, key, sort, what } = finding;
    const { holds = [] } = (await stage.inner.resources.get(key)) ?? {};
    const blocked = holds
      .filter(({ reason }) => reason === 'removal-limit')
      .map(({ accountId }) => accountId);
    // The run that blocked the removal first has reported it. A removed grant keeps all its accounts while the removal
    // of some is blocked.
    if (sort === 'names' && blocked.length > 0 && (blocked.includes(id) || isStray(finding))) continue;
    // A run that began before the activation has verified the access, but not the form of the statements.
    if (sort === 'lacks' && !looked.names.has(id) && (await isServed(stage, finding))) continue;
    violations.push({ at, what: `${what}, though a run for it has succeeded` });
  }
  return violations;
}

function isExcused(stage: SimulationContext, { resource, arn = '', sort }: AccessFinding): boolean {
  const { faults, managedEdits, configuration } = stage;
  if ([...faults.appliedLate].some((target) => resource.includes(target))) return true;
  if (managedEdits.open.has(arn)) return true;
  return sort === 'names' && configuration.graceHours > 0;
}

/**
 * In the quiet at the end, one sweep must finish all work, and a second one must find nothing. A conflict waits for an
 * operator, who resolves it.
 */
export async function findSettledViolations(stage: SimulationContext): Promise<readonly Violation[]> {
  await pass(quiet);
  await stage.start({}, 'organization-sweep');
  await endGraces(stage);
  const accepted = await findAcceptedFailures(stage);
  const disputes = await findFalseConflicts(stage);
  const first = await leftUndone(stage, accepted);
  const before = stage.watch.writes();
  await stage.start({}, 'organization-sweep');
  const violations = [
    ...accepted.violations,
    ...disputes,
    ...first,
    ...(stage.watch.writes() === before ? [] : ['a second quiet sweep wrote again']),
    ...(await unknownFindings(stage, accepted)),
    ...(await findUnattachedPolicies(stage, accepted)),
    ...(stage.rough ? await findConflictViolations(stage, accepted) : []),
    ...(stage.rough || accepted.blocked.size + accepted.spoiled.size > 0
      ? await decidedViolations(stage)
      : []),
    ...(await approvedViolations(stage)),
    ...(await findOuViolations(stage, accepted, sweptViolations)),
    ...foreignViolations(stage),
    ...(await recordViolations(stage)),
    ...(await leaseViolations(stage)),
  ];
  return violations.map((what) => ({ at: Date.now() - epoch, what }));
}

async function unknownFindings(
  stage: SimulationContext,
  accepted: AcceptedFailures,
): Promise<readonly string[]> {
  const findings = await findAccessFindings(stage);
  const old = keysWithOldNames(accepted, findings);
  return findings
    .filter((finding) => !isKnown(accepted, finding) && !isForgotten(stage, finding))
    .filter((finding) => !(isStray(finding) && old.has(finding.key)))
    .map(({ what }) => what);
}

const isStray = ({ sort, dropped }: AccessFinding): boolean => sort === 'names' && dropped === false;

/**
 * If the new name of a grant has no room for all accounts, the statements under the old name stay, and some accounts
 * lack the new ones.
 */
function keysWithOldNames(
  { full }: AcceptedFailures,
  findings: readonly AccessFinding[],
): ReadonlySet<string> {
  const whoWhere = ({ id, key }: AccessFinding): string => `${id} ${key}`;
  const lacking = new Set(findings.filter(({ sort }) => sort === 'lacks').map(whoWhere));
  const kept = findings.filter((finding) => isStray(finding) && lacking.has(whoWhere(finding)));
  return new Set(kept.map(({ key }) => key).filter((key) => full.has(key)));
}

/** If AWS has applied a write after the resource was dropped and cleared, no run reads the resource again. */
const isForgotten = (stage: SimulationContext, { key, dropped = false }: AccessFinding): boolean =>
  dropped && isAppliedLate(stage, key);

/** After an operator has decided conflicts and blocked removals, none remain. */
async function decidedViolations(stage: SimulationContext): Promise<readonly string[]> {
  await decideAsOperator(stage, 'a-person');
  await stage.start({}, 'organization-sweep');
  // Accounts that should have lost access to a resource in conflict begin to lose it only now.
  await endGraces(stage);
  const accepted = await findAcceptedFailures(stage);
  return [
    ...[...accepted.conflict, ...accepted.blocked].map(
      (key) => `${key} is left, though a person has decided`,
    ),
    ...(await leftUndone(stage, accepted)),
    ...(await unknownFindings(stage, accepted)),
  ];
}

/**
 * If an operator starts runs for all waiting accounts and approves them, no account waits, and all have their due
 * access.
 */
async function approvedViolations(stage: SimulationContext): Promise<readonly string[]> {
  const waiting = async (): Promise<readonly string[]> =>
    listWaitingIds(await stage.inner.registry.listAccounts());
  const accountIds = await waiting();
  if (accountIds.length === 0) return [];
  stage.person.approveAll();
  await stage.start({ accountIds });
  await stage.start({}, 'organization-sweep');
  // Accounts that were approved in another position begin to lose their earlier access only now.
  await endGraces(stage);
  const accepted = await findAcceptedFailures(stage);
  return [
    ...(await waiting()).map((id) => `${id} waits, though it was approved`),
    ...(await leftUndone(stage, accepted)),
    ...(await unknownFindings(stage, accepted)),
  ];
}

/** Work that a sweep has left without reason. */
async function sweptViolations(stage: SimulationContext): Promise<readonly string[]> {
  await endGraces(stage);
  const accepted = await findAcceptedFailures(stage);
  return [
    ...accepted.violations,
    ...(await leftUndone(stage, accepted)),
    ...(await unknownFindings(stage, accepted)),
  ];
}

/** A sweep may have been the first to see that an account should lose access. */
async function endGraces(stage: SimulationContext): Promise<void> {
  const { graceHours } = stage.configuration;
  if (graceHours === 0) return;
  await pass(graceHours * 3_600_000 + 60_000);
  await stage.start({}, 'organization-sweep');
}

/** If there is no room, new accounts wait, but removals happen. A resource in conflict stays as others left it. */
const isKnown = (accepted: AcceptedFailures, { key, sort }: AccessFinding): boolean => {
  if (accepted.conflict.has(key) || accepted.spoiled.has(key)) return true;
  if (sort === 'lacks') return accepted.full.has(key) || accepted.halted.has(key);
  return sort === 'names' && accepted.blocked.has(key);
};

/** The final sweep may leave only work that it cannot do. */
async function leftUndone(
  { inner, executions }: SimulationContext,
  { lines }: AcceptedFailures,
): Promise<readonly string[]> {
  const run = await inner.runs.get(`run-${executions()}`);
  if (run === undefined) return ['the quiet sweep has no record'];
  return findUnexpectedLines(run.unresolved ?? [], lines);
}

const pass = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

function foreignViolations({ organization, configuration, watch }: SimulationContext): readonly string[] {
  return listPolicyResources(organization.world).flatMap(({ arn, read }) => {
    const left = watch.left.get(arn);
    if (left === undefined) return [];
    const text = read();
    const document = text === undefined ? { ...left, Statement: [] } : documentOf(text);
    const Statement = document.Statement.filter(({ Sid }) => !isManaged(Sid, configuration.installation));
    return meaningOf({ ...document, Statement }) === meaningOf(left)
      ? []
      : [`${arn}: what is not ours is not as it was left`];
  });
}

async function recordViolations({ inner }: SimulationContext): Promise<readonly string[]> {
  const { items } = await inner.runs.listUnfinished('9999');
  return items.map(({ runId }) => `${runId} has no final record`);
}

async function leaseViolations({ inner, named }: SimulationContext): Promise<readonly string[]> {
  const now = Date.now();
  const held: string[] = [];
  for (const key of named)
    if (!(await inner.leases.acquire(key, 'the verdict', now, now + 1)).taken)
      held.push(`the lease of ${key} has not ended`);
  return held;
}
