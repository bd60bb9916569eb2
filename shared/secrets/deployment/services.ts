import type { AwsAccess } from '../../platform/aws/access.ts';
import type { RoleSettings } from '../../platform/aws/per-run.ts';
import type { Random } from '../../platform/clock.ts';
import type { RecordServices } from '../../runs/record/services.ts';

/** What the deployment of secrets needs of the world. It is passed in: a simulation passes its own. */
export interface DeploymentServices extends RecordServices {
  readonly random: Random;
  /** The accounts of the organization for one run. Its id names the role sessions, whose credentials it shares. */
  aws(runId: string, settings: RoleSettings): AwsAccess;
}
