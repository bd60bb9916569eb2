import type { PolicyKind } from '../iam/applied-policy.ts';

/** Something that decides about a request and could not be read. */
export interface UnreadEvidence {
  readonly kind: PolicyKind | 'key-grant';
  /** Whose policies: an ARN, or the id of an account. */
  readonly of: string;
  readonly reason: string;
}
