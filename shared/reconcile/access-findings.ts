import { isMember, isUnreadable } from '../accounts/membership.ts';
import type { Access } from '../grants/access.ts';
import type { GrantContext } from '../grants/contract.ts';
import { findAccountIds } from '../iam/accounts.ts';
import { listManagedStatements } from '../iam/managed-statements.ts';
import type { Account } from '../platform/account.ts';
import { formatAccount } from '../platform/account.ts';
import { limitLines } from '../platform/bounded-lines.ts';
import type { Readiness } from '../store/readiness.ts';
import type { AccessResult } from './access-result.ts';
import type { DesiredResource } from './desired-resource.ts';
import {
  type AccessJudgment,
  type Documents,
  type GrantedAccess,
  judgeAccess,
  listAccesses,
} from './judge-access.ts';
import type { CentralEvidence } from './judge-halves.ts';
import { computeReadiness } from './readiness.ts';
import { planWait, type VerificationWait } from './verification-wait.ts';

/** What verification found about one access, or about one account that should have no access. */
export interface Finding {
  /** Absent for an account that should have no access: then there is no access with a status. */
  readonly result?: AccessResult;
  /**
   * One line for operators: how AWS's policy differs from the configuration. Absent if there is no difference, or if
   * the outcome of the resource reports it already.
   */
  readonly violation?: string;
  /** Present if the access also depends on a role of the member account. It says which member role to read next. */
  readonly evidence?: AccessEvidence;
}

/** An access, with what was read in the central account to judge it. */
export interface AccessEvidence {
  readonly desired: DesiredResource;
  readonly access: Access;
  readonly central: CentralEvidence;
}

export const isViolation = ({ violation }: Finding): boolean => violation !== undefined;

export interface Verification {
  /** How many accesses, and accounts that should have no access, were judged. All results count. */
  readonly verified: number;
  /**
   * How AWS differs from the configuration, one line for each difference. Shortened, because the state of a state
   * machine has at most 256 KiB.
   */
  readonly missing: readonly string[];
  /** Absent if the run had no access to verify. */
  readonly readiness?: Readiness | undefined;
  /** Whether a missing member role may still arrive. If so, the run waits and then verifies again. */
  readonly waiting: boolean;
  /** How many seconds the run waits before it verifies again. */
  readonly waitSeconds: number;
  /** How many seconds the run will have waited, in total, when it verifies again. */
  readonly waitedSeconds: number;
}

const maxViolations = { lines: 1_000, bytes: 100_000 };
const maxReasons = { lines: 200, bytes: 40_000 };

const correctAndVerify = (): string =>
  'to see all lines, correct the causes of the lines here, then start the run again, which verifies every access again';

/** @param wait how long the run has already waited for member roles, and how long it may wait */
export function summarize(findings: readonly Finding[], wait: VerificationWait): Verification {
  const violations = findings.flatMap(({ violation }) => violation ?? []);
  const readiness = computeReadiness(findings.flatMap(({ result }) => result ?? []));
  return {
    ...planWait(readiness, wait),
    verified: findings.length,
    missing: limitLines(violations, maxViolations, correctAndVerify),
    ...(readiness === undefined
      ? {}
      : {
          readiness: { ...readiness, reasons: limitLines(readiness.reasons, maxReasons, correctAndVerify) },
        }),
  };
}

/**
 * Findings for all accesses of an account on a resource that could not be judged. All have the same status and reason.
 */
export const listUnjudged = (
  desired: DesiredResource,
  account: Account,
  context: GrantContext,
  judged: Pick<AccessResult, 'status' | 'reason'>,
): readonly Finding[] =>
  listAccesses(desired, account, context).map((access) => ({
    result: { ...describeAccess(desired, account, access), ...judged },
  }));

const describeAccess = (
  { key }: DesiredResource,
  { id }: Account,
  { grant, who, what, member }: GrantedAccess,
) => ({
  resource: key,
  accountId: id,
  grant,
  who,
  what,
  ...(member === undefined ? {} : { role: member.role }),
});

/**
 * Judges one account by the policy documents of one resource: every access that it should have, or that it has none.
 */
export function listAccountFindings(
  desired: DesiredResource,
  account: Account,
  { documents, kept }: { readonly documents: Documents; readonly kept: ReadonlySet<string> },
  context: GrantContext,
): readonly Finding[] {
  const accesses = listAccesses(desired, account, context);
  if (accesses.length > 0)
    return accesses.map((access) => {
      const central = { documents, policyKind: desired.kind.policyKind };
      const judged = toJudged(judgeAccess(documents, central.policyKind, access), access);
      return toFinding(
        { ...describeAccess(desired, account, access), ...judged },
        { desired, access, central },
      );
    });
  // A statement may name an account that a grant selects, or that keeps its access for now. Grants with raw statements
  // declare no accesses, so verification cannot judge more.
  if (isGranted(desired, account) || kept.has(account.id)) return [];
  const named = documents.some((document) =>
    listManagedStatements(document, context.installationId).some((statement) =>
      findAccountIds(statement).has(account.id),
    ),
  );
  const line = `${desired.key}: a managed statement still names ${formatAccount(account)}, which no grant gives access here`;
  return [named ? { violation: line } : {}];
}

export function toFinding(result: AccessResult, evidence: AccessEvidence): Finding {
  const { resource, who, what, status, reason } = result;
  const violation = status === 'denied' ? `${resource}: ${who} cannot ${what}: ${reason}` : undefined;
  return { result, evidence, ...(violation === undefined ? {} : { violation }) };
}

type Judged = Pick<AccessResult, 'status' | 'reason' | 'keys' | 'statement'>;

function toJudged({ outcome, why, keys, statement }: AccessJudgment, { member }: Access): Judged {
  switch (outcome) {
    case 'allowed':
      return member === undefined
        ? { status: 'verified' }
        : { status: 'central-only', reason: 'the member account was not read' };
    case 'denied':
      return { status: outcome, reason: why, ...(statement === undefined ? {} : { statement }) };
    case 'unknown':
      return { status: outcome, reason: why, ...(keys === undefined ? {} : { keys }) };
  }
}

const isGranted = ({ shares }: DesiredResource, account: Account): boolean =>
  (isMember(account) || isUnreadable(account)) &&
  shares.some(({ accounts, unresolved = [] }) =>
    [...accounts, ...unresolved].some(({ id }) => id === account.id),
  );
