/** The organization, as Organizations lists it. */
export interface OrganizationFacts {
  readonly id: string;
  readonly managementAccount: string;
  readonly partition: string;
  /** Active accounts, ordered by name. */
  readonly accounts: readonly NamedAccount[];
  /** Ordered by path. */
  readonly ous: readonly NamedOu[];
}

export interface NamedOu {
  readonly id: string;
  /** Path of the OU, in the form that the selectors of a configuration use. */
  readonly path: string;
}

export interface NamedAccount {
  readonly id: string;
  readonly name: string;
}

/** A central account that the operator chose. */
export interface ChosenCentral {
  /** Its name in the configuration. */
  readonly name: string;
  readonly id: string;
  readonly region: string;
  /** Its name in Organizations. */
  readonly accountName: string;
}

/** A grant that `init` proposes. The operator decides whether it is active or a comment. */
export interface Proposal {
  /** The name of the grant. Names that collide get a number. */
  readonly name: string;
  /** The fields of the grant, without `name`, `account` and `for`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The name of the central account. */
  readonly account: string;
  /** Why init proposes the grant. Each sentence is a line of the comment. */
  readonly why: readonly string[];
  /**
   * Whether something in the resource suggests this grant, such as a bucket policy that already allows CloudTrail. Such
   * a proposal is chosen at the start.
   */
  readonly suggested: boolean;
}

/** What init decided: everything that the file contains. */
export interface Answers {
  readonly installation: string;
  readonly centralAccounts: readonly ChosenCentral[];
  /** The OU whose accounts get the grants. */
  readonly ou: string;
  readonly proposals: readonly Proposal[];
  /** Names of the proposals that are active. The file shows all other proposals as comments. */
  readonly chosen: ReadonlySet<string>;
  /** What init could not read or did not propose. */
  readonly notes: readonly string[];
}
