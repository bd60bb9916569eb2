import type { AccessStatus, SignInGuide } from '../store/readiness.ts';

/** The result of verification for one access of one account. */
export interface AccessResult {
  /** Key of the central resource. */
  readonly resource: string;
  readonly accountId: string;
  /** The principal and the action, as the access states them. */
  readonly who: string;
  readonly what: string;
  /** The role of the account that the access needs, with its path. Absent if it needs none. */
  readonly role?: string;
  readonly status: AccessStatus;
  /** Why it is not verified. Absent if it is. */
  readonly reason?: string;
  /** Only with `unknown`: condition keys, elements and policies that could not be judged. */
  readonly keys?: readonly string[];
  /** How people use the role. Only with `verified`, if the access is for people. */
  readonly signIn?: SignInGuide;
  /** Only with `denied`: the statement that denies it, if a statement does. */
  readonly statement?: string;
}
