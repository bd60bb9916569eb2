/** Where a resource lives. */
export interface Target {
  readonly accountId: string;
  readonly region: string;
}
