import type { Conditions } from '../iam/document.ts';

/**
 * IAM actions that the spoke role needs on a kind's resources, and actions that it must `never` be able to do, whatever
 * its other policies allow.
 */
export interface KindActions {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** For `GrantKind.readIdentity`, in addition to the actions for `read`. Default: none. */
  readonly identify?: readonly string[];
  /** For `GrantKind.readContentKeys`, and for reading the keys themselves. Default: none. */
  readonly readKeys?: readonly string[];
  /** For `GrantKind.readPrincipal`, and for reading its managed policies. Default: none. */
  readonly readPrincipal?: readonly string[];
  readonly never?: readonly { readonly action: string; readonly condition: Conditions }[];
}

/**
 * A KMS key that encrypts the content of a resource: its id, ARN or alias. An alias that begins with `alias/aws/` is a
 * key that AWS manages for the service. `unclear`: why it cannot be said which key it is.
 */
export type ContentKey = { readonly keyId: string } | { readonly unclear: string };

/** A group or role of a central account in IAM. Policies of this installation are not part of it. */
export interface PrincipalState {
  /** With its real path, which the configuration may not know. */
  readonly arn: string;
  /** Documents with URL encoding, by name. */
  readonly inline: ReadonlyMap<string, string | undefined>;
  /** ARNs of the attached managed policies. */
  readonly attached: readonly string[];
  /** ARN of the permissions boundary. Absent if there is none. */
  readonly boundary?: string;
}
