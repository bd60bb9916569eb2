import type { Conditions } from '../iam/document.ts';

/**
 * IAM actions that the spoke role needs for a kind's resources. The actions under `never` are denied to the role,
 * whatever its other policies allow.
 */
export interface KindActions {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** Actions for `GrantKind.readIdentity` that `read` does not already have. Default: none. */
  readonly identify?: readonly string[];
  /** Actions for `GrantKind.readContentKeys`, and for reading the keys themselves. Default: none. */
  readonly readKeys?: readonly string[];
  /** Actions for `GrantKind.readPrincipal`, and for reading the principal's managed policies. Default: none. */
  readonly readPrincipal?: readonly string[];
  readonly never?: readonly { readonly action: string; readonly condition: Conditions }[];
}

/**
 * A KMS key that encrypts the content of a resource, by its id, ARN or alias. An alias with `alias/aws/` is of a key
 * that AWS manages for the service. `unclear`: why nobody can say which key it is.
 */
export type ContentKey = { readonly keyId: string } | { readonly unclear: string };

/** A group or role of a central account in IAM, without the policies that this installation manages. */
export interface PrincipalState {
  /** The ARN with the real path, which the configuration may not have. */
  readonly arn: string;
  /** Inline policies by name, with URL encoding. */
  readonly inline: ReadonlyMap<string, string | undefined>;
  /** ARNs of the attached managed policies. */
  readonly attached: readonly string[];
  /** ARN of the permissions boundary. Absent if there is none. */
  readonly boundary?: string;
}
