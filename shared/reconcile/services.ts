import type { AwsAccess, HubClients } from '../platform/aws/access.ts';
import type { RoleSettings } from '../platform/aws/per-run.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import type { Clock, Random } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Store } from '../store/ports.ts';

/** Everything outside the process that runs use. Tests pass a simulation. */
export interface Services {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly store: Store;
  readonly hub: HubClients;
  /**
   * Access to the organization's accounts for one run. The run's id becomes part of the session names. All calls of the
   * run share credentials.
   */
  aws(runId: string, settings: RoleSettings): AwsAccess;
  /** The name of the function that updates a central account. `undefined` if the hub has no such function. */
  findUpdateFunction(centralAccount: CentralAccountName): string | undefined;
}
