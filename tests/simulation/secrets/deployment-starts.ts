import type { SimulatedCall } from '../../../simulator/plugin.ts';

/** The ids of a call that starts a deployment. */
export interface DeploymentStart {
  readonly application: string;
  readonly environment: string;
  readonly profile: string;
  readonly version: string;
}

/** Starts of the hub. Other people deploy other profiles. */
export const isOurStart = ({ operation, caller }: SimulatedCall): boolean =>
  operation === 'StartDeployment' && !caller.sessionArn.includes('/others/');

export const readDeploymentStart = ({ input }: SimulatedCall): DeploymentStart => {
  const { ApplicationId, EnvironmentId, ConfigurationProfileId, ConfigurationVersion } = input as Readonly<
    Record<string, string>
  >;
  return {
    application: ApplicationId ?? '',
    environment: EnvironmentId ?? '',
    profile: ConfigurationProfileId ?? '',
    version: ConfigurationVersion ?? '',
  };
};
