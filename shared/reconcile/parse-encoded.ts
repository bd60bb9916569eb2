import type { AppliedPolicy, PolicyKind } from '../iam/applied-policy.ts';
import { parsePolicy } from '../iam/document.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { UnreadPolicy } from './member-role-state.ts';

/** A policy document, or the reason why it cannot be used. */
export interface PolicyReading {
  readonly policy?: AppliedPolicy;
  readonly unread?: UnreadPolicy;
}

/** IAM returns documents with URL encoding (IAM API reference, "Role", "GetRolePolicy"). */
export function parseEncoded(kind: PolicyKind, name: string, encoded: string | undefined): PolicyReading {
  try {
    return { policy: { kind, name, document: parsePolicy(decodeURIComponent(encoded ?? ''), name) } };
  } catch (error) {
    return { unread: { kind, reason: toErrorRecord(error).message } };
  }
}
