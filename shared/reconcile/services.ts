import type { AwsAccess, HubClients } from '../platform/aws/access.ts';
import type { RoleSettings } from '../platform/aws/per-run.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import type { Clock, Random } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Store } from '../store/ports.ts';

/** Everything outside the process that runs need. A simulation passes its own implementations. */
export interface Services {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly store: Store;
  readonly hub: HubClients;
  /**
   * Access to the organization's accounts for one run. The id of the run is part of the session names, and all calls of
   * the run share credentials.
   */
  aws(runId: string, settings: RoleSettings): AwsAccess;
  /** The name of the function that updates a central account. `undefined` if no such function is deployed. */
  findUpdateFunction(centralAccount: CentralAccountName): string | undefined;
}
