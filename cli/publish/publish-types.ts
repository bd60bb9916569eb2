import type { AppConfigClient } from '@aws-sdk/client-appconfig';
import type { Clock } from '../../shared/platform/clock.ts';

/** Ids of AppConfig. */
export interface ProfilePlace {
  readonly application: string;
  readonly profile: string;
}

export interface PublishTools {
  readonly client: AppConfigClient;
  readonly clock: Clock;
  /** Aborts when the operator presses Ctrl-C. */
  readonly signal: AbortSignal;
  /** Is told what happens now, for people. */
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
  /** AppConfig refused the start. */
  | 'refused'
  /** It was started, and its state cannot be read. */
  | 'unknown'
  /** It was started, and nobody follows it any more. */
  | 'interrupted'
  | 'not-started';

/** How the deployment to one environment ended. */
export interface PublishedDeployment {
  readonly environment: string;
  /** AppConfig's number; absent if it was not started. */
  readonly deployment?: number;
  readonly status: PublishedStatus;
  readonly reason: string;
}
