/** A fault in the source of the system: a text of one file, and what stands there instead. Production has no switch for it. */
export interface PlantedFault {
  /** What a command calls it. */
  readonly name: string;
  /** What is wrong with the system then. */
  readonly title: string;
  readonly area:
    | 'selectors'
    | 'desired'
    | 'rendering'
    | 'match'
    | 'applying'
    | 'planning'
    | 'AWS'
    | 'verifying';
  readonly file: string;
  /** The sort of seeds that should catch it. Default: `accounts`. */
  readonly sort?: 'readiness';
  /** Stands in the file exactly once. */
  readonly replace: string;
  readonly by: string;
  /** Why the simulation cannot see the fault: what repairs its effect. Default: the simulation should catch it. */
  readonly repairedBy?: string;
  /** Suites that look at the file: of units, and of flows. */
  readonly unit: string;
  readonly flow: string;
}

/** What the faults of one area have in common. */
export const plain = {
  selectors: {
    area: 'selectors',
    file: 'shared/accounts/selector.ts',
    unit: 'tests/accounts',
    flow: 'tests/flows/lifecycle',
  },
  storedOus: {
    area: 'selectors',
    file: 'shared/accounts/stored-ous.ts',
    unit: 'tests/accounts',
    flow: 'tests/flows/renamed-ous',
  },
  globs: {
    area: 'selectors',
    file: 'shared/platform/glob.ts',
    unit: 'tests/platform/glob',
    flow: 'tests/flows/lifecycle',
  },
  desired: {
    area: 'desired',
    file: 'shared/reconcile/desired-resources.ts',
    unit: 'tests/reconcile',
    flow: 'tests/flows/lifecycle',
  },
  match: {
    area: 'match',
    file: 'shared/grants/principals.ts',
    unit: 'tests/grants',
    flow: 'tests/flows/configuration-change',
  },
  applying: { area: 'applying', unit: 'tests/reconcile', flow: 'tests/flows/(concurrency|faults|conflict)' },
  planning: {
    area: 'planning',
    unit: 'tests/reconcile',
    flow: 'tests/flows/(grace|approval|revoked-access|lifecycle)',
  },
  halves: {
    area: 'verifying',
    sort: 'readiness',
    file: 'shared/reconcile/judge-halves.ts',
    unit: 'tests/reconcile',
    flow: 'tests/flows/(removed-pieces|member-roles)',
  },
  rendering: {
    area: 'rendering',
    unit: 'tests/grants',
    flow: 'tests/flows/(lifecycle|grants-without-documents|patterns)',
  },
} as const;
