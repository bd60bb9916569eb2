import type { PolicyKind } from '../iam/applied-policy.ts';

/** A policy or grant that could not be read although it may decide a request. */
export interface UnreadEvidence {
  readonly kind: PolicyKind | 'key-grant';
  /** The principal or account whose policies were not read: an ARN, or the id of an account. */
  readonly of: string;
  readonly reason: string;
}
