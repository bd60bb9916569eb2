import type { RoleTemplate } from '../central-accounts.ts';
import type { ErrorFields } from '../errors.ts';

/** A call to AWS, for messages: who makes it, the operation and the resource. */
export interface Attempt {
  readonly service: string;
  readonly operation: string;
  /** The resource in words. */
  readonly on: string;
  /** The role or user that makes the call. */
  readonly via: string;
  /** The account and region of the call. Absent if the call uses the hub's own credentials. */
  readonly place?: { readonly accountId: string; readonly region: string };
  /**
   * The template that creates the calling role. Default: `spoke`. Not used if the hub calls with its own credentials.
   */
  readonly template?: RoleTemplate;
}

/** An error from AWS, and the call that it answers. */
export interface FailedCall {
  /** The call and the resource in words. */
  readonly what: string;
  readonly thrown: Error;
  readonly fields: Attempt & ErrorFields;
}
