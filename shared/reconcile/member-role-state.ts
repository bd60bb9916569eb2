import type { AppliedPolicy, PolicyKind } from '../iam/applied-policy.ts';
import type { PolicyDocument } from '../iam/document.ts';

/** Policies of a role that apply and could not be read. */
export interface UnreadPolicy {
  readonly kind: PolicyKind;
  readonly reason: string;
}

/** A role of a member account in IAM. */
export interface MemberRoleState {
  /** With its path. */
  readonly arn: string;
  readonly trust: readonly AppliedPolicy[];
  readonly identity: readonly AppliedPolicy[];
  readonly boundary: readonly AppliedPolicy[];
  readonly unread: readonly UnreadPolicy[];
  readonly parts: MemberRoleParts;
  /** The longest duration of a session. */
  readonly maxSessionSeconds: number;
  /** The fault of the role's instance profile. Absent if it works, or if the role needs none. */
  readonly instanceProfile?: { readonly status: 'denied' | 'unknown'; readonly reason: string };
}

/** The parts of a member role, for comparison with the configuration. */
export interface MemberRoleParts {
  /** Absent if it cannot be understood. */
  readonly trust?: PolicyDocument;
  /** By name; `undefined` if the policy cannot be understood. */
  readonly inline: ReadonlyMap<string, PolicyDocument | undefined>;
  /** ARNs of the attached policies. */
  readonly managedPolicies: readonly string[];
  /** ARN of the boundary. Absent if there is none. */
  readonly permissionsBoundary?: string;
  /** Absent as `instanceProfile` is, or if the profile may not be read. */
  readonly instanceProfileFault?: string;
}

/**
 * The result of reading a role of a member account. `missing`: the account can be read, and has no such role. `wrong`:
 * the account has another role of this name. `failed`: the StackSet could not deploy it. `unreadable`: nothing is known
 * of the role.
 */
export type MemberRoleReading =
  | { readonly outcome: 'read'; readonly state: MemberRoleState }
  | { readonly outcome: 'missing'; readonly reason: string }
  | { readonly outcome: 'wrong' | 'failed' | 'unreadable'; readonly reason: string };
