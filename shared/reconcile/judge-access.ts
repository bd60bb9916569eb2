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
  /** Empty if the request is allowed. Otherwise why it is not, in words. */
  readonly why: string;
}

export type Documents = readonly (PolicyDocument | undefined)[];

/**
 * Judges the central half of an access: the policies of the central resource. The request is allowed if one document
 * allows it and no document denies it.
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

/** An access, and the name of the grant that gives it. */
export interface GrantedAccess extends Access {
  readonly grant: string;
}

/** What the grants on a resource let an account do. Empty for an account that is not a member of the organization. */
export const listAccesses = (
  { kind, ref, shares }: DesiredResource,
  account: Account,
  context: GrantContext,
): readonly GrantedAccess[] =>
  isMember(account)
    ? shares
        .filter(({ accounts }) => accounts.some(({ id }) => id === account.id))
        .flatMap(({ entry }) =>
          kind.listAccesses(entry, account, ref, context).map((access) => ({ ...access, grant: entry.name })),
        )
    : [];
