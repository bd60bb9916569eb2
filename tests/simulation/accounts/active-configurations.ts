import type { Configuration } from '../../../shared/configuration/schema.ts';

/** The configurations that count at a moment. */
export interface ActiveConfigurations {
  /** The configuration that was activated last. */
  readonly now: Configuration;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Every configuration of the play. */
  readonly all: readonly Configuration[];
  /**
   * The configurations by which a run may write: the active one, and each earlier one that a lease holder may still
   * have.
   */
  atWork(): readonly Configuration[];
  /** The configurations that have been active so far, and the active one. */
  had(): readonly Configuration[];
  activated(configuration: Configuration): void;
  /** Lets the next configuration become active, after those before it. */
  succeed(activate: (next: Configuration) => Promise<void>): Promise<void>;
}

/**
 * The sum of three times: a lease, the sleep of a function that had checked its lease, and a late effect of its write.
 */
const goneAfter = 11 * 60_000;

export function createActiveConfigurations(
  first: Configuration,
  successors: readonly Configuration[],
): ActiveConfigurations {
  const former: { readonly configuration: Configuration; readonly until: number }[] = [];
  const waiting = [...successors];
  let now = first;
  let since = Date.now();
  let line = Promise.resolve();
  return {
    get now() {
      return now;
    },
    get since() {
      return since;
    },
    all: [first, ...successors],
    atWork: () => [
      now,
      ...former
        .filter(({ until }) => Date.now() < until + goneAfter)
        .map(({ configuration }) => configuration),
    ],
    had: () => [...former.map(({ configuration }) => configuration), now],
    activated: (configuration) => {
      if (configuration === now) return;
      since = Date.now();
      former.push({ configuration: now, until: since });
      now = configuration;
    },
    succeed: (activate) => {
      line = line.then(async () => {
        const next = waiting.shift();
        if (next !== undefined) await activate(next);
      });
      return line;
    },
  };
}
