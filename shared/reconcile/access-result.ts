import type { AccessStatus, SignInGuide } from '../store/readiness.ts';

/** The result of verification for one access of one account. */
export interface AccessResult {
  /** Key of the central resource. */
  readonly resource: string;
  readonly accountId: string;
  /** The principal and the action, in the words of the access. */
  readonly who: string;
  readonly what: string;
  /** The member role that the access needs, with its path. Absent if the access needs no role. */
  readonly role?: string;
  readonly status: AccessStatus;
  /** Why the access is not verified. Absent if it is verified. */
  readonly reason?: string;
  /** Only with `unknown`: condition keys, elements and policies that could not be judged. */
  readonly keys?: readonly string[];
  /** How people use the role. Only with `verified`, if the access is for people. */
  readonly signIn?: SignInGuide;
  /** Only with `denied`: the statement that denies the access. Absent if no statement allows it, and none denies it. */
  readonly statement?: string;
}
