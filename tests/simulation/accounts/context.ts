import type { Configuration } from '../../../shared/configuration/schema.ts';
import type { Store } from '../../../shared/store/ports.ts';
import type { DeployedMachine } from '../../../simulator/deployed-machines.ts';
import type { Interceptor } from '../../../simulator/plugin.ts';
import type { Approver } from '../approver.ts';
import type { Faults } from '../faults.ts';
import type { FunctionCrashes } from '../function-crashes.ts';
import type { StoredOus } from '../oracle/stored-ous.ts';
import type { Draw } from '../random.ts';
import type { ActiveConfigurations } from './active-configurations.ts';
import type { ExpectedAccounts } from './expected-accounts.ts';
import type { Scenario } from './scenario.ts';
import type { StaleListings } from './stale-listings.ts';
import type { WriteObserver } from './write-observer.ts';

/** What the parts of a play share. */
export interface SimulationContext extends Scenario {
  /** The active one. `activeConfigurations` has the earlier ones. */
  readonly configuration: Configuration;
  readonly activeConfigurations: ActiveConfigurations;
  /** Keys of the resources that any of the configurations names. */
  readonly named: readonly string[];
  readonly draw: Draw;
  readonly store: Store;
  readonly inner: Store;
  readonly faults: Faults;
  readonly crashes: FunctionCrashes;
  readonly denials: Denials;
  readonly watch: WriteObserver;
  readonly expectedAccounts: ExpectedAccounts;
  readonly person: Approver;
  readonly staleListings: StaleListings;
  readonly ous: OuMemory;
  readonly managedEdits: ManagedEdits;
  /** Whether others change what is ours. */
  readonly rough: boolean;
  readonly history: string[];
  /** How many were started. */
  executions(): number;
  /** Starts an execution, and resolves when it is over. */
  start(input: unknown, machine?: DeployedMachine): Promise<void>;
}

/** What outsiders have done to what is ours, by the ARN of the resource. */
export interface ManagedEdits {
  /** How often. */
  readonly times: ReadonlyMap<string, number>;
  /** Where no reconciliation has written and ended since. */
  readonly open: ReadonlySet<string>;
  done(arn: string): void;
  /** A write of ours has reached the resource; it may hold less than all, while accounts are tried. */
  written(arn: string): void;
  /** A reconciliation of the resource has ended. */
  settled(arn: string | undefined): void;
}

/** For some time AWS denies the calls of one service in one central account, or the role itself. */
export interface Denials {
  readonly interceptor: Interceptor;
  /** @param keys resources that grants are on, whose calls are denied most often */
  begin(draw: Draw, keys: readonly string[]): string;
  stop(): void;
}

/** What the oracle remembers of OUs. Until OUs change, paths go by the names of today. */
export interface OuMemory {
  stored: StoredOus;
  /** What accounts had before the latest sweep. */
  had: ReadonlySet<string>;
  /** Keys of resources that were deleted and created since the latest judgment: nobody has access on them. */
  readonly recreated: Set<string>;
}
