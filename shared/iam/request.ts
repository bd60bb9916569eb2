/** The caller. */
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

/**
 * A session of a role. `{type: 'account'}` is some user or role of the account with full permissions from its
 * administrators.
 */
export interface RolePrincipal extends TaggedPrincipal {
  readonly type: 'role';
  /** The role's ARN, with its path. */
  readonly arn: string;
  /** The session's name. Absent: it is unknown. */
  readonly session?: string;
  readonly serviceLinked?: boolean;
}

/** A session that a user opened with GetFederationToken. It has the user's identity policies. */
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
  /** The account that it acts for. Absent: it is unknown. */
  readonly sourceAccount?: string;
  /** The resource that it acts for. Absent: it is unknown. */
  readonly sourceArn?: string;
}

/** One request, as AWS would evaluate it. */
export interface AccessRequest {
  readonly principal: RequestPrincipal;
  /** `s3:GetObject` */
  readonly action: string;
  /** The ARN of the resource. */
  readonly resource: string;
  /** The canonical user id of the caller's account in S3. Absent: it is unknown. */
  readonly canonicalUser?: string;
  /** The account that owns the resource. Default: the account in the ARN. */
  readonly resourceAccount?: string;
  /** The region of the call. Default: the region in the ARN. */
  readonly region?: string;
  readonly context?: ContextValues;
}

/** The request has no such key. In JSON: `{"absent": true}`. */
export const absent = Object.freeze({ absent: true } as const);

/** It is unknown whether the request has the key, or its value is unknown. In JSON: `{"unknown": true}`. */
export const unknown = Object.freeze({ unknown: true } as const);

/**
 * Condition keys, in any letter case, with their values. A key that is not given is derived if its value follows from
 * the request (`engine/derived-keys.ts`). Otherwise it is unknown.
 */
export type ContextValues = Readonly<
  Record<string, string | readonly string[] | typeof absent | typeof unknown>
>;

export interface OrganizationMembership {
  /** `o-…` */
  readonly id: string;
  /** `o-…/r-…/ou-…/`, in the form of `aws:PrincipalOrgPaths`. */
  readonly path: string;
}

/** The facts about the organization from which keys are derived. */
export interface OrganizationFacts {
  organizationOf(accountId: string): OrganizationMembership | 'none' | 'unknown';
  /** Neither SCPs nor RCPs bind this account. */
  readonly managementAccount?: string;
}
