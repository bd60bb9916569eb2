import type { GrantContext, GrantKind, ResourceRef } from '../../grants/contract.ts';
import { covers } from '../../iam/coverage.ts';
import { type PolicyDocument, type Statement, toArray, toPrincipalMap } from '../../iam/document.ts';
import { evaluatePolicies } from '../../iam/evaluate.ts';
import { findUnsupportedElement, type Sender } from '../../iam/narrow-statement.ts';
import type { AccessRequest, OrganizationFacts } from '../../iam/request.ts';
import { findStatementGaps, hasStatementGap, type StatementGap } from '../../iam/statement-gaps.ts';
import type { Account } from '../../platform/account.ts';

/** A resource, and everybody who might send requests to it. */
export interface ProofContext {
  readonly kind: GrantKind;
  readonly ref: ResourceRef;
  readonly context: GrantContext;
  /** All accounts of the registry. */
  readonly accounts: readonly Account[];
  readonly senders: readonly Sender[];
  readonly facts: OrganizationFacts;
}

/** Whether access stays the same if a statement is removed. */
export type Proof =
  | { readonly verdict: 'proven'; readonly accounts: number; readonly requests: number }
  | { readonly verdict: 'changes'; readonly gaps: readonly StatementGap[] }
  | { readonly verdict: 'unknown'; readonly reason: string };

/** The requests that `inner` allows and for which it is not proven that `outer` allows them. */
const findGaps = (
  { kind, ref, context, senders }: ProofContext,
  inner: readonly Statement[],
  outer: readonly Statement[],
): readonly StatementGap[] =>
  findStatementGaps({ inner, outer, senders, ownerId: ref.accountId, arns: kind.listArns(ref, context) });

/**
 * Why adoption never replaces this statement. For example, it lets its principals change the policy: if a grant
 * replaced it and were removed later, perhaps nobody could manage the resource any more.
 */
export function findReasonToKeep(
  { kind }: Pick<ProofContext, 'kind'>,
  statement: Statement,
): string | undefined {
  const unsupported = findUnsupportedElement(statement);
  if (unsupported !== undefined) return unsupported;
  const managing = kind.actions.write.find((action) =>
    toArray(statement.Action ?? []).some((pattern) => covers(pattern.toLowerCase(), action.toLowerCase())),
  );
  return managing === undefined ? undefined : `it lets its principals change this policy (${managing})`;
}

/** Whether `outer` provably allows every request that `inner` allows. */
export const allowsAll = (
  { kind, ref, context, senders }: ProofContext,
  inner: readonly Statement[],
  outer: readonly Statement[],
): boolean =>
  !hasStatementGap({ inner, outer, senders, ownerId: ref.accountId, arns: kind.listArns(ref, context) });

interface Removal {
  readonly removed: Statement;
  /** The managed statements that stay after the removal. */
  readonly managed: readonly Statement[];
  readonly before: PolicyDocument;
  readonly after: PolicyDocument;
}

/**
 * Proves in two independent ways that access stays the same if a statement is removed. First: the managed statements
 * allow each request that the removed statement allows. Second: the policy engine gives the same results for the policy
 * before and after, for each account of the registry and each action of the statement.
 */
export function proveRemoval(proof: ProofContext, { removed, managed, before, after }: Removal): Proof {
  const reason = findReasonToKeep(proof, removed);
  if (reason !== undefined) return { verdict: 'unknown', reason };
  if (allowsAll(proof, [removed], []))
    return { verdict: 'unknown', reason: 'no account or service that is known can use it' };
  const gaps = findGaps(proof, [removed], managed);
  if (gaps.length > 0) return { verdict: 'changes', gaps };
  const requests = listRequests(proof, removed);
  const answer = (document: PolicyDocument, request: AccessRequest) =>
    evaluatePolicies([{ kind: proof.kind.policyKind, name: 'policy', document }], request, proof.facts)
      .decision;
  const different = requests.find((request) => answer(before, request) !== answer(after, request));
  if (different === undefined)
    return { verdict: 'proven', accounts: proof.accounts.length, requests: requests.length };
  return {
    verdict: 'unknown',
    reason: `the policy engine gives another answer for ${different.action} on ${different.resource}`,
  };
}

/**
 * Requests for each action of the statement on each of its resources, by each account, or by each service for each
 * account.
 */
function listRequests({ kind, ref, context, accounts }: ProofContext, statement: Statement) {
  const { Action = [], Resource, Principal = {} } = statement;
  const resources = Resource === undefined ? kind.listArns(ref, context) : toArray(Resource);
  const { Service = [], ...others } = toPrincipalMap(Principal);
  const principals = accounts.flatMap(({ id }): readonly AccessRequest['principal'][] => [
    ...(Object.keys(others).length === 0 ? [] : [{ type: 'account', accountId: id } as const]),
    ...toArray(Service).map((service) => ({ type: 'service', service, sourceAccount: id }) as const),
  ]);
  const asked = toArray(Action).flatMap((action) =>
    resources.map((resource) => ({
      action: toExample(action),
      resource: resource === '*' ? toExample(kind.listArns(ref, context)[0] ?? '*') : toExample(resource),
    })),
  );
  return principals.flatMap((principal) =>
    asked.map(
      (request): AccessRequest => ({
        principal,
        ...request,
        resourceAccount: ref.accountId,
        region: ref.region,
      }),
    ),
  );
}

/** One example of a text that the pattern matches. */
const toExample = (pattern: string): string => pattern.replaceAll('*', '').replaceAll('?', 'x');
