/** Who asks. */
export type RequestPrincipal =
  | RolePrincipal
  | (TaggedPrincipal & { readonly type: 'user'; readonly arn: string })
  | FederatedUserPrincipal
  | { readonly type: 'root'; readonly accountId: string }
  | { readonly type: 'account'; readonly accountId: string }
  | { readonly type: 'federated'; readonly provider: string; readonly accountId?: string }
  | ServicePrincipal
  | { readonly type: 'anonymous' };

/** Tags of a user, or of a role and its session together. */
interface TaggedPrincipal {
  /** Absent: they are not known. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A session of a role. `{type: 'account'}` is some user or role of the account that its administrators let do everything. */
export interface RolePrincipal extends TaggedPrincipal {
  readonly type: 'role';
  /** The role's ARN, with its path. */
  readonly arn: string;
  /** The session's name. Absent: it is not known. */
  readonly session?: string;
  readonly serviceLinked?: boolean;
}

/** A session that a user has opened with GetFederationToken. Its identity policies are the user's. */
interface FederatedUserPrincipal {
  readonly type: 'federated-user';
  /** `arn:aws:sts::111122223333:federated-user/Ann` */
  readonly arn: string;
  /** The ARN of the user, or `…:root` for the root user. Absent: it is not known. */
  readonly user?: string;
}

/** A service that acts with its own service principal. */
interface ServicePrincipal {
  readonly type: 'service';
  /** `cloudtrail.amazonaws.com` */
  readonly service: string;
  /** The account that it acts for. Absent: it is not known. */
  readonly sourceAccount?: string;
  /** The resource that it acts for. Absent: it is not known. */
  readonly sourceArn?: string;
}

/** One request, as AWS would judge it. */
export interface AccessRequest {
  readonly principal: RequestPrincipal;
  /** `s3:GetObject` */
  readonly action: string;
  /** The ARN of the resource. */
  readonly resource: string;
  /** The canonical user id of the caller's account, as S3 has it. Absent: it is not known. */
  readonly canonicalUser?: string;
  /** The account that owns the resource. Default: the account in the ARN. */
  readonly resourceAccount?: string;
  /** The region that is called. Default: the region in the ARN. */
  readonly region?: string;
  readonly context?: ContextValues;
}

/** The request has no such key. In JSON: `{"absent": true}`. */
export const absent = Object.freeze({ absent: true } as const);

/** Nobody knows whether the request has the key, or its value. In JSON: `{"unknown": true}`. */
export const unknown = Object.freeze({ unknown: true } as const);

/**
 * Condition keys, in any letter case, with what is known of them. A key that is not given is derived if its value follows from the
 * request (`engine/derived-keys.ts`). Otherwise it is unknown.
 */
export type ContextValues = Readonly<
  Record<string, string | readonly string[] | typeof absent | typeof unknown>
>;

export interface OrganizationMembership {
  /** `o-…` */
  readonly id: string;
  /** `o-…/r-…/ou-…/`, as `aws:PrincipalOrgPaths` has it. */
  readonly path: string;
}

/** What is known of the organization, for keys that follow from it. */
export interface OrganizationFacts {
  organizationOf(accountId: string): OrganizationMembership | 'none' | 'unknown';
  /** Neither SCPs nor RCPs bind this account. */
  readonly managementAccount?: string;
}
