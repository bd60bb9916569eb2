import type { AwsAccess } from '../../platform/aws/access.ts';
import type { RoleSettings } from '../../platform/aws/per-run.ts';
import type { Random } from '../../platform/clock.ts';
import type { RecordServices } from '../../runs/record/services.ts';

/** Everything outside the process that the deployment of secrets uses. Tests pass a simulation. */
export interface DeploymentServices extends RecordServices {
  readonly random: Random;
  /**
   * Access to the organization's accounts for one run. The run's id becomes part of the session names. All calls of the
   * run share credentials.
   */
  aws(runId: string, settings: RoleSettings): AwsAccess;
}
