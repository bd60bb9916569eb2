import type { AccessRequest, ContextValues } from '../iam/request.ts';

/** Something that an account must be able to do once it is onboarded. Verification evaluates it. */
export interface Access {
  /** Who acts, for people: `Role app of orders-production (555566667777)`; the account if there is no `member`. */
  readonly who: string;
  /** The act, for people: `pull the image base/node`. It begins with `let` if there is no `member`. */
  readonly what: string;
  readonly request: AccessRequest;
  /**
   * The half of the access in the member account. If it is absent, the access has only the central half: a service of
   * AWS sends the request, or the grant is for the account as a whole. Administrators of the account then decide which
   * roles have the access.
   */
  readonly member?: MemberHalf;
  /** What the sender also asks of the keys of KMS that encrypt the resource. Absent if the access needs no key. */
  readonly keyUse?: KeyUse;
  /** How people use the role that the access lets them assume. Absent if the access is not for people. */
  readonly signIn?: SignIn;
}

/** The service of the resource asks KMS in the name of the sender. */
export interface KeyUse {
  /** `kms:Decrypt`, … */
  readonly actions: readonly string[];
  /** Condition keys of the requests to KMS, as far as they are known. */
  readonly context: ContextValues;
  /** The preset of a key policy that allows it, for people. */
  readonly preset: string;
}

/** What people need besides the name of a role to assume it. */
export interface SignIn {
  /** The account of the people. */
  readonly from: string;
  /** The name of the account that has the role. */
  readonly accountName: string;
  readonly mfa: boolean;
  readonly externalId?: string | undefined;
}

/** The role of the member account that an access needs. */
interface MemberHalf {
  /** Name with path. A role that the configuration does not describe may be a pattern: `app/*`. */
  readonly role: string;
  /** Whether the role sends the request, or is the role that the request assumes. */
  readonly part: 'sends' | 'is-assumed';
}
