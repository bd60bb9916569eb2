export interface Keys {
  readonly trail: string;
  /** Its policy is the one that the service gives to a new key. */
  readonly ami: string;
}

export type CentralAccounts = Readonly<Record<'log' | 'security' | 'shared' | 'configuration', string>>;
