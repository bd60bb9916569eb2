import { isMember } from '../accounts/membership.ts';
import type { Access } from '../grants/access.ts';
import type { GrantContext } from '../grants/contract.ts';
import type { PolicyKind } from '../iam/applied-policy.ts';
import type { PolicyDocument } from '../iam/document.ts';
import { type Evaluation, evaluatePolicies } from '../iam/evaluate.ts';
import type { Account } from '../platform/account.ts';
import type { AccessResult } from './access-result.ts';
import type { DesiredResource } from './desired-resource.ts';

/** What policies answer to the request of an access. */
export interface AccessJudgment extends Pick<AccessResult, 'keys' | 'statement'> {
  readonly outcome: 'allowed' | 'denied' | 'unknown';
  /** The reason in words. Empty if the request is allowed. */
  readonly why: string;
}

export type Documents = readonly (PolicyDocument | undefined)[];

/**
 * The central half: what the documents of a resource answer. The request is allowed if one document allows it and none
 * denies it.
 */
export function judgeAccess(documents: Documents, kind: PolicyKind, { request }: Access): AccessJudgment {
  const policies = documents
    .filter((document) => document !== undefined)
    .map((document) => ({ kind, name: kind, document }));
  const { decision, sid = 'without Sid', unknowns } = evaluatePolicies(policies, request);
  switch (decision) {
    case 'allow':
      return { outcome: 'allowed', why: '' };
    case 'deny':
      return { outcome: 'denied', why: `the statement ${sid} denies it`, statement: sid };
    case 'none':
      return { outcome: 'denied', why: 'no statement allows it' };
    case 'unknown':
      return {
        outcome: 'unknown',
        why: unknowns.map(describe).join('; '),
        keys: unknowns.map(({ name }) => name),
      };
  }
}

const describe = ({ kind, name, sid = 'without Sid' }: Evaluation['unknowns'][number]): string =>
  kind === 'key'
    ? `the statement ${sid} asks for ${name}, which depends on the request`
    : `what AWS does with ${name} of the statement ${sid} is not documented`;

/** What the configuration lets an account do on a resource. Empty for an account that is no member. */
export const listAccesses = (
  { kind, ref, shares }: DesiredResource,
  account: Account,
  context: GrantContext,
): readonly Access[] =>
  isMember(account)
    ? shares
        .filter(({ accounts }) => accounts.some(({ id }) => id === account.id))
        .flatMap(({ entry }) => kind.listAccesses(entry, account, ref, context))
    : [];
