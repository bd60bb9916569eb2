import type { AccessRequest, ContextValues } from '../iam/request.ts';

/** Something that an account must be able to do once it is onboarded. Verification checks by evaluation that it can. */
export interface Access {
  /** Who acts, in words: `Role app of orders-production (555566667777)`. Without a `member`, the account itself. */
  readonly who: string;
  /** The action, in words: `pull the image base/node`. Without a `member`, it begins with `let`. */
  readonly what: string;
  readonly request: AccessRequest;
  /**
   * The member half: the role of the member account. Absent if an AWS service sends the request, or if the grant is for
   * the account as a whole. In the second case, administrators of the account decide which of its roles have the
   * access.
   */
  readonly member?: MemberHalf;
  /**
   * What the sender must be allowed to do with the KMS keys that encrypt the resource. Absent if the access needs no
   * key.
   */
  readonly keyUse?: KeyUse;
  /** How people sign in with the role that the access lets them assume. Absent if the access is not for people. */
  readonly signIn?: SignIn;
}

/** The calls that the resource's service makes to KMS on behalf of the sender. */
export interface KeyUse {
  /** `kms:Decrypt`, … */
  readonly actions: readonly string[];
  /** Condition keys of the calls to KMS, as far as their values are known. */
  readonly context: ContextValues;
  /** The preset of a key policy that allows these calls. Messages name it. */
  readonly preset: string;
}

/** What people need to assume a role, besides its name. */
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
  /** Name with path. A role that the configuration does not describe may be a pattern, such as `app/*`. */
  readonly role: string;
  /** Whether the role sends the request itself, or is the role that the request assumes. */
  readonly part: 'sends' | 'is-assumed';
}
