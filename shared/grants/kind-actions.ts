import type { Conditions } from '../iam/document.ts';

/** IAM actions that a kind needs on its resources, and what the role must `never` do, whatever its other policies allow. */
export interface KindActions {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** For `GrantKind.readIdentity`, in addition to the actions for `read`. Default: none. */
  readonly identify?: readonly string[];
  /** For `GrantKind.readContentKeys`, and for reading the keys. Default: none. */
  readonly readKeys?: readonly string[];
  readonly never?: readonly { readonly action: string; readonly condition: Conditions }[];
}

/**
 * A key of KMS that encrypts the content of a resource: its id, ARN or alias. The key that AWS manages for the service is an alias that
 * begins with `alias/aws/`. `unclear`: why nobody can tell which key it is.
 */
export type ContentKey = { readonly keyId: string } | { readonly unclear: string };
