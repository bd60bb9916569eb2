/** Where a resource lives. */
export interface AccountRegion {
  readonly accountId: string;
  readonly region: string;
}
