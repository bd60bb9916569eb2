/** The account and region of a resource. */
export interface AccountRegion {
  readonly accountId: string;
  readonly region: string;
}
