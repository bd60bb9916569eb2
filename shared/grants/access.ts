import type { AccessRequest, ContextValues } from '../iam/request.ts';

/**
 * Something that an account must be able to do after it is onboarded. Verification evaluates the policies to prove that
 * it can.
 */
export interface Access {
  /** The principal in words: `Role app of orders-production (555566667777)`. Without `member`: the account itself. */
  readonly who: string;
  /** The action in words, such as `pull the image base/node`. Without `member`, it begins with `let`. */
  readonly what: string;
  readonly request: AccessRequest;
  /**
   * The role of the member account that has the access: its policies must allow the access, too. Absent if an AWS
   * service sends the request, or if the grant is for the whole account. Then the account's administrators decide which
   * of its roles have the access.
   */
  readonly member?: MemberHalf;
  /**
   * What the sender must be allowed to do with the keys that encrypt the resource. Absent if the access needs no key.
   */
  readonly keyUse?: KeyUse;
  /** How people sign in with the role that this access lets them assume. Absent if the access is not for people. */
  readonly signIn?: SignIn;
}

/** The KMS calls that an AWS service makes on behalf of the sender, for example to decrypt an object. */
export interface KeyUse {
  /** KMS actions, such as `kms:Decrypt`. */
  readonly actions: readonly string[];
  /** The condition keys that the service sends to KMS, as far as their values are known. */
  readonly context: ContextValues;
  /** The preset of a key policy that allows these calls. Messages suggest it. */
  readonly preset: string;
}

/** What people need to know to assume a role, besides its name. */
export interface SignIn {
  /** The account in which the people sign in. */
  readonly from: string;
  /** The name of the account that has the role. */
  readonly accountName: string;
  readonly mfa: boolean;
  readonly externalId?: string | undefined;
}

/** The role of the member account on which an access depends. */
interface MemberHalf {
  /**
   * The role's name with its path. A role that the configuration does not describe may be a pattern, such as `app/*`.
   */
  readonly role: string;
  /** Whether the role sends the request itself, or is assumed by the request. */
  readonly part: 'sends' | 'is-assumed';
}
