import type { RoleTemplate } from '../central-accounts.ts';
import type { ErrorFields } from '../errors.ts';

/** Who did what on what. */
export interface Attempt {
  readonly service: string;
  readonly operation: string;
  /** What it was done on, for people. */
  readonly on: string;
  /** Through which identity. */
  readonly via: string;
  /** Of a client that acts in one account and region of the organization. */
  readonly place?: { readonly accountId: string; readonly region: string };
  /** The template that makes the identity. Absent: `spoke`, unless the hub itself calls. */
  readonly template?: RoleTemplate;
}

/** What was thrown, and by which call. */
export interface FailedCall {
  /** The call and the resource, for people. */
  readonly what: string;
  readonly thrown: Error;
  readonly fields: Attempt & ErrorFields;
}
