/** The principal that sends the request. */
export type RequestPrincipal =
  | RolePrincipal
  | (TaggedPrincipal & { readonly type: 'user'; readonly arn: string })
  | FederatedUserPrincipal
  | { readonly type: 'root'; readonly accountId: string }
  | { readonly type: 'account'; readonly accountId: string }
  | { readonly type: 'federated'; readonly provider: string; readonly accountId?: string }
  | ServicePrincipal
  | { readonly type: 'anonymous' };

/** A principal with tags: a user, or a role and its session together. */
interface TaggedPrincipal {
  /** Absent if the tags are not known. */
  readonly tags?: Readonly<Record<string, string>>;
}

/**
 * A session of a role. By contrast, the principal `{type: 'account'}` stands for a user or role of the account that its
 * administrators gave full permissions.
 */
export interface RolePrincipal extends TaggedPrincipal {
  readonly type: 'role';
  /** The ARN of the role, with its path. */
  readonly arn: string;
  /** The name of the session. Absent if it is unknown. */
  readonly session?: string;
  readonly serviceLinked?: boolean;
}

/** A session that a user opened with GetFederationToken. The user's identity policies apply to it. */
interface FederatedUserPrincipal {
  readonly type: 'federated-user';
  /** `arn:aws:sts::111122223333:federated-user/Ann` */
  readonly arn: string;
  /** The ARN of the user, or `…:root` for the root user. Absent if it is unknown. */
  readonly user?: string;
}

/** A service that sends the request as its own service principal. */
interface ServicePrincipal {
  readonly type: 'service';
  /** `cloudtrail.amazonaws.com` */
  readonly service: string;
  /** The account that the service acts for. Absent if it is unknown. */
  readonly sourceAccount?: string;
  /** The resource that the service acts for. Absent if it is unknown. */
  readonly sourceArn?: string;
}

/** One request, with everything that AWS needs to evaluate it. */
export interface AccessRequest {
  readonly principal: RequestPrincipal;
  /** `s3:GetObject` */
  readonly action: string;
  /** The ARN of the resource. */
  readonly resource: string;
  /** The canonical user id of the caller's account in S3. Absent if it is unknown. */
  readonly canonicalUser?: string;
  /** The account that owns the resource. Default: the account in the ARN. */
  readonly resourceAccount?: string;
  /** The region of the call. Default: the region in the ARN. */
  readonly region?: string;
  readonly context?: ContextValues;
}

/** The request does not have the key. In JSON: `{"absent": true}`. */
export const absent = Object.freeze({ absent: true } as const);

/** Nobody knows whether the request has the key, or which value. In JSON: `{"unknown": true}`. */
export const unknown = Object.freeze({ unknown: true } as const);

/**
 * Condition keys with their values. The letter case of keys does not matter. The engine derives a key that is not given
 * from the request (`engine/derived-keys.ts`). If that is not possible, the key is unknown.
 */
export type ContextValues = Readonly<
  Record<string, string | readonly string[] | typeof absent | typeof unknown>
>;

export interface OrganizationMembership {
  /** `o-…` */
  readonly id: string;
  /** The path of an account, as in `aws:PrincipalOrgPaths`: `o-…/r-…/ou-…/`. Absent if it is unknown. */
  readonly path?: string;
}

/** What is known about the organization, for condition keys. */
export interface OrganizationFacts {
  organizationOf(accountId: string): OrganizationMembership | 'none' | 'unknown';
  /** The management account, to which SCPs and RCPs do not apply. */
  readonly managementAccount?: string;
}
