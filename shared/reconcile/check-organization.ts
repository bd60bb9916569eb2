import { getGrantContext } from '../configuration/context.ts';
import type { GrantContext } from '../grants/contract.ts';
import { findAccountIds } from '../iam/accounts.ts';
import { listManagedStatements } from '../iam/managed-statements.ts';
import type { RegisteredAccount } from '../platform/account.ts';
import { type ErrorRecord, toErrorRecord } from '../platform/errors.ts';
import { type Finding, listAccountFindings, listUnjudged } from './access-findings.ts';
import type { AccessResult } from './access-result.ts';
import { inspectMembers, type MemberRoleDrift } from './check-member-roles.ts';
import { getHolds, listKeptAccounts } from './holds.ts';
import type { OverallPlan, ResourceSnapshot } from './plan-all.ts';
import type { Services } from './services.ts';

/** One access of one account: the central half alone, and both halves together if the account was read. */
interface CheckedAccess {
  readonly result: AccessResult;
  /** What the policies of the central resource answer. `unread`: the resource cannot be read. */
  readonly central: 'allowed' | 'denied' | 'unknown' | 'unread';
}

export interface OrganizationCheck {
  readonly accesses: readonly CheckedAccess[];
  /** Managed statements that name an account which no grant gives access there, a line each. */
  readonly leftovers: readonly string[];
  /** The member roles of the accounts that were read. */
  readonly roles: readonly MemberRoleDrift[];
  /** Why the accounts could not be read. Their accesses then have the central half alone. */
  readonly error?: ErrorRecord;
}

export interface OrganizationCheckRequest {
  readonly runId: string;
  readonly plan: OverallPlan;
  /** The accounts whose member roles and organization policies are read. */
  readonly inspected: readonly RegisteredAccount[];
}

/** Why an access has the status `central-only`, if its account is not among the inspected ones. */
const notInspected =
  'only the central policy was judged: the member roles and the organization policies of the account were not read';

/**
 * Judges every access of every account. The central half comes from the states that the plan has read. The other half
 * is read for the inspected accounts only, since each of them takes about 20 calls. Writes nothing.
 */
export async function checkOrganization(
  services: Services,
  { runId, plan, inspected }: OrganizationCheckRequest,
): Promise<OrganizationCheck> {
  const context = getGrantContext(plan.active.configuration);
  const central = plan.resources.flatMap((snapshot) => listCentral(snapshot, plan.accounts, context));
  const accesses = central.flatMap(({ result }) => result ?? []);
  const leftovers = central.flatMap(({ result, violation }) =>
    result === undefined && violation !== undefined ? [violation] : [],
  );
  const ids = new Set(inspected.map(({ id }) => id));
  const isInspected = ({ result }: Finding) => result !== undefined && ids.has(result.accountId);
  try {
    const inspection = { active: plan.active, runId, accounts: inspected };
    const { findings, roles } = await inspectMembers(services, inspection, central.filter(isInspected));
    return { accesses: combine(central, findings, isInspected), leftovers, roles };
  } catch (error) {
    const alone = accesses.map((result) => toChecked(result, withoutProof(result)));
    return { accesses: alone, leftovers, roles: [], error: toErrorRecord(error) };
  }
}

/** The findings of `inspectMembers` are in the order of the findings that it got. */
function combine(
  central: readonly Finding[],
  proved: readonly Finding[],
  isInspected: (finding: Finding) => boolean,
): readonly CheckedAccess[] {
  const remaining = proved.values();
  return central.flatMap((finding) => {
    const { result } = finding;
    if (result === undefined) return [];
    const both = isInspected(finding) ? remaining.next().value?.result : withoutProof(result);
    return both === undefined ? [] : [toChecked(result, both)];
  });
}

const toChecked = ({ status, reason = '' }: AccessResult, result: AccessResult): CheckedAccess => ({
  result,
  central: reason.startsWith(unreadable) ? 'unread' : centralByStatus[status],
});

const centralByStatus = {
  verified: 'allowed',
  'central-only': 'allowed',
  denied: 'denied',
  pending: 'unknown',
  unknown: 'unknown',
} as const;

/** An access that the central half already denies, or cannot judge, keeps its result. */
const withoutProof = (result: AccessResult): AccessResult =>
  result.status === 'verified' || result.status === 'central-only'
    ? { ...result, status: 'central-only', reason: notInspected }
    : result;

const unreadable = 'the central resource cannot be read: ';

function listCentral(
  { desired, actual, state, error }: ResourceSnapshot,
  accounts: readonly RegisteredAccount[],
  context: GrantContext,
): readonly Finding[] {
  if (actual === undefined) {
    const missing = error?.name === 'ResourceMissingError';
    const judged = {
      status: missing ? ('denied' as const) : ('unknown' as const),
      reason: `${unreadable}${error?.message ?? 'no reason is known'}`,
    };
    return accounts.flatMap((account) => listUnjudged(desired, account, context, judged));
  }
  const documents = Object.values(actual);
  const named = new Set(
    documents
      .flatMap((document) => listManagedStatements(document, context.installationId))
      .flatMap((statement) => [...findAccountIds(statement)]),
  );
  const granted = new Set(desired.shares.flatMap((share) => share.accounts.map(({ id }) => id)));
  const evidence = { documents, kept: new Set(listKeptAccounts(getHolds(state))) };
  return accounts
    .filter(({ id }) => granted.has(id) || named.has(id))
    .flatMap((account) => listAccountFindings(desired, account, evidence, context));
}
