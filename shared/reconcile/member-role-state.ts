import type { AppliedPolicy, PolicyKind } from '../iam/applied-policy.ts';
import type { PolicyDocument } from '../iam/document.ts';

/** A policy of a role that could not be read, so that its effect is unknown. */
export interface UnreadPolicy {
  readonly kind: PolicyKind;
  readonly reason: string;
}

/** A member role as it exists in IAM. */
export interface MemberRoleState {
  /** With its path. */
  readonly arn: string;
  readonly trust: readonly AppliedPolicy[];
  readonly identity: readonly AppliedPolicy[];
  readonly boundary: readonly AppliedPolicy[];
  readonly unread: readonly UnreadPolicy[];
  readonly parts: MemberRoleParts;
  /** The longest duration of a session, `MaxSessionDuration` in IAM. */
  readonly maxSessionSeconds: number;
  /** What is wrong with the role's instance profile. Absent if nothing is wrong, or if the role needs no profile. */
  readonly instanceProfile?: { readonly status: 'denied' | 'unknown'; readonly reason: string };
}

/** The settings of a member role, split into the parts that the configuration also has. */
export interface MemberRoleParts {
  /** The trust policy. Absent if it cannot be parsed. */
  readonly trust?: PolicyDocument;
  /** Inline policies by name. `undefined` for an inline policy that cannot be parsed. */
  readonly inline: ReadonlyMap<string, PolicyDocument | undefined>;
  /** ARNs of the attached policies. */
  readonly managedPolicies: readonly string[];
  /** ARN of the permissions boundary. Absent if the role has none. */
  readonly permissionsBoundary?: string;
  /**
   * What is wrong with the instance profile. Absent if nothing is wrong, if the role needs none, or if the reader has
   * no right to read it.
   */
  readonly instanceProfileFault?: string;
}

/**
 * The result of reading a member role. `missing`: the account was read, and has no such role. `wrong`: a role with
 * another path has the name. `failed`: the StackSet could not deploy the role. `unreadable`: the account or the role
 * could not be read.
 */
export type MemberRoleReading =
  | { readonly outcome: 'read'; readonly state: MemberRoleState }
  | { readonly outcome: 'missing'; readonly reason: string }
  | { readonly outcome: 'wrong' | 'failed' | 'unreadable'; readonly reason: string };
