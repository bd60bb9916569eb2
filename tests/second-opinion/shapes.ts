/** What the second opinion judges: the same JSON as a case of `tests/cases/iam/engine`, defined here anew. */
export interface Case {
  readonly request: Request;
  readonly policies: readonly AppliedPolicy[];
  readonly unread?: readonly { readonly kind: Kind; readonly reason: string }[];
  readonly organization?: Organization;
  readonly keyGrants?: readonly KeyGrant[];
  readonly launchPermissions?: LaunchPermissions;
}

export interface KeyGrant {
  readonly granteePrincipal: string;
  readonly operations: readonly string[];
  readonly encryptionContextEquals?: Readonly<Record<string, string>>;
  readonly encryptionContextSubset?: Readonly<Record<string, string>>;
}

export interface LaunchPermissions {
  readonly isPublic?: boolean;
  readonly accountIds?: readonly string[];
  readonly organizationArns?: readonly string[];
  readonly ouArns?: readonly string[];
}

export type Kind =
  | (typeof resourceKinds)[number]
  | 'identity'
  | 'boundary'
  | 'session'
  | 'scp'
  | 'rcp'
  | 'endpoint';

export const resourceKinds = [
  'bucket',
  'key',
  'repository',
  'secret',
  'queue',
  'topic',
  'event-bus',
  'trust',
] as const;

export interface AppliedPolicy {
  readonly kind: Kind;
  readonly name: string;
  readonly level?: string;
  readonly document: Document;
}

export type Caller =
  | {
      readonly type: 'role';
      readonly arn: string;
      readonly session?: string;
      readonly serviceLinked?: boolean;
    }
  | { readonly type: 'user'; readonly arn: string }
  | { readonly type: 'federated-user'; readonly arn: string; readonly user?: string }
  | { readonly type: 'root'; readonly accountId: string }
  | { readonly type: 'account'; readonly accountId: string }
  | { readonly type: 'federated'; readonly provider: string }
  | {
      readonly type: 'service';
      readonly service: string;
      readonly sourceAccount?: string;
      readonly sourceArn?: string;
    }
  | { readonly type: 'anonymous' };

export type ContextValue =
  | string
  | readonly string[]
  | { readonly absent: true }
  | { readonly unknown: true };

export interface Request {
  readonly principal: Caller;
  /** The canonical user id of the caller's account. */
  readonly canonicalUser?: string;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount?: string;
  readonly region?: string;
  readonly context?: Readonly<Record<string, ContextValue>>;
}

/** The organization of each account; an account that is not listed is not known. Without `path`, its OU is not known. */
export interface Organization {
  readonly accounts: Readonly<Record<string, { readonly id: string; readonly path?: string } | 'none'>>;
  readonly managementAccount?: string;
}

export type Many<T> = T | readonly T[];

interface Document {
  readonly Version?: string;
  readonly Statement: Many<Statement>;
}

export type Principals = '*' | Readonly<Record<string, Many<string>>>;

export type Conditions = Readonly<Record<string, Readonly<Record<string, Many<string | number | boolean>>>>>;

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: Principals;
  readonly NotPrincipal?: Principals;
  readonly Action?: Many<string>;
  readonly NotAction?: Many<string>;
  readonly Resource?: Many<string>;
  readonly NotResource?: Many<string>;
  readonly Condition?: Conditions;
}

export const listOf = <T>(value: Many<T>): readonly T[] =>
  Array.isArray(value) ? (value as readonly T[]) : [value as T];
