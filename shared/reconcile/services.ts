import type { AwsAccess, HubClients } from '../platform/aws/access.ts';
import type { RoleSettings } from '../platform/aws/per-run.ts';
import type { CentralAccountName } from '../platform/central-accounts.ts';
import type { Clock, Random } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Store } from '../store/ports.ts';

/** All services outside the process, passed in: a simulation passes its own. */
export interface Services {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly store: Store;
  readonly hub: HubClients;
  /**
   * Access to the organization's accounts for one run. Its id names the role sessions, and the run's calls share their
   * credentials.
   */
  aws(runId: string, settings: RoleSettings): AwsAccess;
  /** The name of the function that updates a central account; `undefined` if the deployment has none. */
  findUpdateFunction(centralAccount: CentralAccountName): string | undefined;
}
