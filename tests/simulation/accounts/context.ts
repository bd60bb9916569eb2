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

/** The state that the parts of a play share. */
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
  /** Whether external changes touch managed statements. */
  readonly rough: boolean;
  readonly history: string[];
  /** Number of started runs. */
  executions(): number;
  /** Starts an execution, and resolves when it is over. */
  start(input: unknown, machine?: DeployedMachine): Promise<void>;
}

/** External changes of managed statements, by the ARN of the resource. */
export interface ManagedEdits {
  /** Number of changes. */
  readonly times: ReadonlyMap<string, number>;
  /** True until a reconciliation has written and ended. */
  readonly open: ReadonlySet<string>;
  done(arn: string): void;
  /** A write of the installation has reached the resource. It may be partial while accounts are tested. */
  written(arn: string): void;
  /** A reconciliation of the resource has ended. */
  settled(arn: string | undefined): void;
}

/** For some time AWS denies the calls of one service in one central account, or the role itself. */
export interface Denials {
  readonly interceptor: Interceptor;
  /** @param keys resources with grants, whose calls are denied most often */
  begin(draw: Draw, keys: readonly string[]): string;
  stop(): void;
}

/** The OUs that the oracle remembers. Until OUs change, paths refer to today's names. */
export interface OuMemory {
  stored: StoredOus;
  /** The access of accounts before the latest sweep. */
  had: ReadonlySet<string>;
  /** Keys of resources that were deleted and created since the latest judgment: no account has access on them. */
  readonly recreated: Set<string>;
}
