import type { PolicyKind } from '../iam/applied-policy.ts';

/** A policy or grant that decides about a request and could not be read. */
export interface UnreadEvidence {
  readonly kind: PolicyKind | 'key-grant';
  /** The owner of the policies: an ARN, or the id of an account. */
  readonly of: string;
  readonly reason: string;
}
