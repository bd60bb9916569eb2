import type { Configuration } from '../../../shared/configuration/schema.ts';

/** Which configurations count at a moment. */
export interface ActiveConfigurations {
  /** The one that was activated last. */
  readonly now: Configuration;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Every one that there is or will be. */
  readonly all: readonly Configuration[];
  /** Those by which anybody may write: the one in force, and each before it that a holder of a lease may still have. */
  atWork(): readonly Configuration[];
  /** Those that were in force until now, and the one that is. */
  had(): readonly Configuration[];
  activated(configuration: Configuration): void;
  /** Lets the next one be activated, after those before it. */
  succeed(activate: (next: Configuration) => Promise<void>): Promise<void>;
}

/** Longer than a lease, after it the sleep of a function that had looked at it, and after that a late effect. */
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
