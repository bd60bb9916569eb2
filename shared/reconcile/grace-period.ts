/** Accounts on their way out of a resource, each with since when it should go (ISO 8601). */
export type Leaving = Readonly<Record<string, string>>;

export interface Grace {
  /** What time it is, ISO 8601. */
  readonly now: string;
  /** What the table remembers. Default: nobody. */
  readonly leaving?: Leaving;
}

const hour = 3_600_000;

/** Since when an account should go: since now, where nobody has seen it before. */
export const removalDueSince = ({ now, leaving }: Grace, id: string): string => leaving?.[id] ?? now;

/** Whether an account that should go keeps what it has for now. */
export const isInGrace = (grace: Grace, id: string, hours: number): boolean =>
  Date.parse(grace.now) - Date.parse(removalDueSince(grace, id)) < hours * hour;
