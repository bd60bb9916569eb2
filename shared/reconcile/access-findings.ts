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
import { type AccessJudgment, type Documents, judgeAccess, listAccesses } from './judge-access.ts';
import type { CentralEvidence } from './judge-halves.ts';
import { computeReadiness } from './readiness.ts';
import { planWait, type VerificationWait } from './verification-wait.ts';

/** The finding about one access, or about one account that should have none. */
export interface Finding {
  /** Absent if there is no access. */
  readonly result?: AccessResult;
  /** A difference from the configuration, unless the outcome of the resource reports it already. */
  readonly violation?: string;
  /** The evidence for the result, if it can be judged together with the member account. */
  readonly evidence?: AccessEvidence;
}

/** An access, and the central account's half of it. */
export interface AccessEvidence {
  readonly desired: DesiredResource;
  readonly access: Access;
  readonly central: CentralEvidence;
}

export const isViolation = ({ violation }: Finding): boolean => violation !== undefined;

export interface Verification {
  /** Number of judged accesses and accounts. */
  readonly verified: number;
  /** Differences from the configuration, a line each. At most as many as a state can hold, which is 256 KiB. */
  readonly missing: readonly string[];
  /** Absent if there was no access to verify. */
  readonly readiness?: Readiness | undefined;
  /** Whether a member role may still arrive, so that the run waits and verifies again. */
  readonly waiting: boolean;
  /** How long it waits now. */
  readonly waitSeconds: number;
  /** How long it has waited when it verifies again. */
  readonly waitedSeconds: number;
}

const maxViolations = { lines: 1_000, bytes: 100_000 };
const maxReasons = { lines: 200, bytes: 40_000 };

const correctAndVerify = (): string =>
  'to see all lines, correct the causes of the lines here, then start the run again, which verifies every access again';

/** @param wait how long the run has waited, and how long it may wait, for member roles */
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

/** The accesses of an account, all with one status for one reason. */
export const listUnjudged = (
  desired: DesiredResource,
  account: Account,
  context: GrantContext,
  judged: Pick<AccessResult, 'status' | 'reason'>,
): readonly Finding[] =>
  listAccesses(desired, account, context).map((access) => ({
    result: { ...describeAccess(desired, account, access), ...judged },
  }));

const describeAccess = ({ key }: DesiredResource, { id }: Account, { who, what, member }: Access) => ({
  resource: key,
  accountId: id,
  who,
  what,
  ...(member === undefined ? {} : { role: member.role }),
});

/** The proof by a resource's documents, for an account. */
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
  // The access by raw statements is unknown, so it is not verified. An account in its grace period may be named.
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
