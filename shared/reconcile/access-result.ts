import type { AccessStatus, SignInGuide } from '../store/readiness.ts';

/** The result of verification for one access of one account. */
export interface AccessResult {
  /** Key of the central resource: `kind/account/region/id`. */
  readonly resource: string;
  readonly accountId: string;
  /** The name of the grant that gives the access. */
  readonly grant: string;
  /** The principal of the access in words, such as `the role deploy/Runner`. */
  readonly who: string;
  readonly what: string;
  /**
   * The role of the member account that uses the access, with its path. Absent if the access belongs to the whole
   * account or to an AWS service.
   */
  readonly role?: string;
  readonly status: AccessStatus;
  /** Why the access is not verified. Absent if it is verified. */
  readonly reason?: string;
  /** Only with status `unknown`: the condition keys, policy elements and policies that the engine could not judge. */
  readonly keys?: readonly string[];
  /** How people sign in with the role. Only with status `verified`, and only if the access is for people. */
  readonly signIn?: SignInGuide;
  /**
   * Only with status `denied`: the statement with the explicit Deny. Absent for an implicit denial, when no statement
   * allows the access.
   */
  readonly statement?: string;
}
