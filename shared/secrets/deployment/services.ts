import type { AwsAccess } from '../../platform/aws/access.ts';
import type { RoleSettings } from '../../platform/aws/per-run.ts';
import type { Random } from '../../platform/clock.ts';
import type { RecordServices } from '../../runs/record/services.ts';

/** The services that the deployment of secrets uses. A simulation passes its own. */
export interface DeploymentServices extends RecordServices {
  readonly random: Random;
  /**
   * Access to the accounts of the organization for one run. Its id names the role sessions, and the run's calls share
   * their credentials.
   */
  aws(runId: string, settings: RoleSettings): AwsAccess;
}
