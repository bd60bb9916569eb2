import type { RoleTemplate } from '../central-accounts.ts';
import type { ErrorFields } from '../errors.ts';

/** A call: the caller, the operation and the resource. */
export interface Attempt {
  readonly service: string;
  readonly operation: string;
  /** The resource, for people. */
  readonly on: string;
  /** The role or user that makes the call. */
  readonly via: string;
  /** For a client of one account and region of the organization. */
  readonly place?: { readonly accountId: string; readonly region: string };
  /** The template that makes the identity. Absent: `spoke`, unless the hub itself calls. */
  readonly template?: RoleTemplate;
}

/** The error, and the call that threw it. */
export interface FailedCall {
  /** The call and the resource, for people. */
  readonly what: string;
  readonly thrown: Error;
  readonly fields: Attempt & ErrorFields;
}
