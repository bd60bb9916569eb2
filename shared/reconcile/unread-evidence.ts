import type { PolicyKind } from '../iam/applied-policy.ts';

/** A policy or KMS grant that may decide about the request and could not be read. */
export interface UnreadEvidence {
  readonly kind: PolicyKind | 'key-grant';
  /** Whose policies were not read: the ARN of a principal, or the id of an account. */
  readonly of: string;
  readonly reason: string;
}
