import { OnboardingError } from '../../platform/errors.ts';

/** A secret that cannot be deployed: it is scheduled for deletion, or no version of it is AWSCURRENT. */
export class SecretNotDeployableError extends OnboardingError {
  override readonly name = 'SecretNotDeployableError';
  readonly retryable = false;
}

/** AppConfig rejected the start of a deployment. */
export class DeploymentRefusedError extends OnboardingError {
  override readonly name = 'DeploymentRefusedError';
  readonly retryable = false;
}

/** Other deployments kept the environment busy until the configured time was over. */
export class EnvironmentBusyError extends OnboardingError {
  override readonly name = 'EnvironmentBusyError';
  readonly retryable = false;
}
