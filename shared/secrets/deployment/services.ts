import type { AwsAccess } from '../../platform/aws/access.ts';
import type { RoleSettings } from '../../platform/aws/per-run.ts';
import type { Random } from '../../platform/clock.ts';
import type { RecordServices } from '../../runs/record/services.ts';

/** Everything outside the process that the deployment of secrets needs. A simulation passes its own implementations. */
export interface DeploymentServices extends RecordServices {
  readonly random: Random;
  /**
   * Access to the organization's accounts for one run. The id of the run is part of the session names, and all calls of
   * the run share credentials.
   */
  aws(runId: string, settings: RoleSettings): AwsAccess;
}
