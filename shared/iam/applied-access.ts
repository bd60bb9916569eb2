/** A grant on a KMS key, as ListGrants tells it. */
export interface AppliedKeyGrant {
  /** For reasons. */
  readonly name?: string;
  /** The grant of the configuration that made it. Absent: it is unmanaged. */
  readonly grant?: string;
  /** The ARN of a role, a user or an account's root, or a service. */
  readonly granteePrincipal: string;
  /** `Decrypt`, `GenerateDataKey`, … */
  readonly operations: readonly string[];
  readonly encryptionContextEquals?: Readonly<Record<string, string>>;
  readonly encryptionContextSubset?: Readonly<Record<string, string>>;
}

/** Who may launch an image, as DescribeImageAttribute tells it. */
export interface AppliedLaunchPermissions {
  readonly isPublic?: boolean;
  readonly accountIds?: readonly string[];
  /** `arn:aws:organizations::<management account>:organization/o-…` */
  readonly organizationArns?: readonly string[];
  /** `arn:aws:organizations::<management account>:ou/o-…/ou-…` */
  readonly ouArns?: readonly string[];
}
