/** A grant on a KMS key, as ListGrants returns it. */
export interface AppliedKeyGrant {
  /** Shown in reasons. */
  readonly name?: string;
  /** The configured grant that created the KMS grant. Absent if the KMS grant is unmanaged. */
  readonly grant?: string;
  /** The ARN of a role, a user or an account's root, or a service principal. */
  readonly granteePrincipal: string;
  /** `Decrypt`, `GenerateDataKey`, … */
  readonly operations: readonly string[];
  readonly encryptionContextEquals?: Readonly<Record<string, string>>;
  readonly encryptionContextSubset?: Readonly<Record<string, string>>;
}

/** The launch permissions of an image, as DescribeImageAttribute returns them. */
export interface AppliedLaunchPermissions {
  readonly isPublic?: boolean;
  readonly accountIds?: readonly string[];
  /** `arn:aws:organizations::<management account>:organization/o-…` */
  readonly organizationArns?: readonly string[];
  /** `arn:aws:organizations::<management account>:ou/o-…/ou-…` */
  readonly ouArns?: readonly string[];
}
