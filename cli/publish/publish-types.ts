import type { AppConfigClient } from '@aws-sdk/client-appconfig';
import type { Clock } from '../../shared/platform/clock.ts';

/** The ids that AppConfig gave to an application and its profile. */
export interface ProfilePlace {
  readonly application: string;
  readonly profile: string;
}

export interface PublishTools {
  readonly client: AppConfigClient;
  readonly clock: Clock;
  /** Aborts when the operator presses Ctrl-C. */
  readonly signal: AbortSignal;
  /** Called with each step, for people. */
  readonly onProgress: (text: string) => void;
}

export interface NamedEnvironment {
  readonly id: string;
  readonly name: string;
}

export type PublishedStatus =
  | 'complete'
  | 'rolled-back'
  | 'reverted'
  | 'timed-out'
  /** AppConfig rejected the start of the deployment. */
  | 'refused'
  /** The deployment was started, but its state cannot be read. */
  | 'unknown'
  /** The deployment was started, but the command stopped watching it. */
  | 'interrupted'
  | 'not-started';

/** The result of the deployment to one environment. */
export interface PublishedDeployment {
  readonly environment: string;
  /** AppConfig's number. Absent if it was not started. */
  readonly deployment?: number;
  readonly status: PublishedStatus;
  readonly reason: string;
}
