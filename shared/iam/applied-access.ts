/** A grant on a KMS key, as ListGrants returns it. */
export interface AppliedKeyGrant {
  /** The grant's name in KMS. Reasons show it. */
  readonly name?: string;
  /** The grant of the configuration that created this KMS grant. Absent if this installation did not create it. */
  readonly grant?: string;
  /** The ARN of a role, a user or an account's root, or a service principal. */
  readonly granteePrincipal: string;
  /** The operations that the KMS grant allows: `Decrypt`, `GenerateDataKey`, … */
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
