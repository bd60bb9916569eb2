import type {
  GetLatestConfigurationCommandInput,
  GetLatestConfigurationCommandOutput,
  StartConfigurationSessionCommandInput,
  StartConfigurationSessionCommandOutput,
} from '@aws-sdk/client-appconfigdata';
import { findServedDeployment } from '../app-config-progress.ts';
import type { ConfigurationSession, SimulatedDeployment } from '../app-config-state.ts';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { makeRandomText } from '../world.ts';
import {
  authorize,
  createNotFoundError,
  findApplication,
  findEnvironment,
  findProfile,
} from './app-config-access.ts';
import { getDeploymentArn } from './app-config-deployments.ts';
import { useDeploymentKey } from './kms-keys.ts';

/** Milliseconds for which a token is valid. It is also valid for one call only. */
const tokenLife = 24 * 3_600_000;

/** AWS AppConfig Data. Source: AppConfig Data API reference, "StartConfigurationSession", "GetLatestConfiguration". */
export const appConfigData: ServiceOperations = {
  StartConfigurationSession: defineOperation<
    StartConfigurationSessionCommandInput,
    StartConfigurationSessionCommandOutput
  >((call) => {
    const { input } = call;
    const application = findApplication(call, input.ApplicationIdentifier);
    const environment = findEnvironment(application, input.EnvironmentIdentifier);
    const profile = findProfile(application, input.ConfigurationProfileIdentifier);
    const { RequiredMinimumPollIntervalInSeconds: intervalSeconds = 60 } = input;
    if (intervalSeconds < 15 || intervalSeconds > 86_400)
      throw createAwsError(
        'BadRequestException',
        'RequiredMinimumPollIntervalInSeconds is between 15 and 86400',
      );
    authorize(call, 'appconfig:StartConfigurationSession', [
      `${application.arn}/environment/${environment.id}/configuration/${profile.id}`,
    ]);
    const InitialConfigurationToken = issued(call, {
      applicationId: application.id,
      environmentId: environment.id,
      profileId: profile.id,
      intervalSeconds,
      notBefore: 0,
      deployment: undefined,
      place: call.world.settings.random() * 100,
    });
    return { InitialConfigurationToken };
  }),

  GetLatestConfiguration: defineOperation<
    GetLatestConfigurationCommandInput,
    GetLatestConfigurationCommandOutput
  >((call) => {
    const session = sessionOf(call);
    const served = deploymentFor(call, session);
    const token = call.input.ConfigurationToken ?? '';
    call.world.appConfig.sessions.delete(token);
    const unchanged = served.number === session.deployment;
    const notBefore = call.world.settings.clock.now() + session.intervalSeconds * 1_000;
    return {
      NextPollConfigurationToken: issued(call, { ...session, notBefore, deployment: served.number }),
      NextPollIntervalInSeconds: session.intervalSeconds,
      ContentType: served.content.contentType,
      Configuration: new Uint8Array(Buffer.from(unchanged ? '' : served.content.content)),
    } as Omit<GetLatestConfigurationCommandOutput, '$metadata'>;
  }),
};

function issued({ world }: ServiceCall<object>, session: Omit<ConfigurationSession, 'expiresAt'>): string {
  const token = makeRandomText(world, 40);
  world.appConfig.sessions.set(token, { ...session, expiresAt: world.settings.clock.now() + tokenLife });
  return token;
}

function sessionOf({ world, input }: ServiceCall<GetLatestConfigurationCommandInput>): ConfigurationSession {
  const session = world.appConfig.sessions.get(input.ConfigurationToken ?? '');
  const now = world.settings.clock.now();
  if (session === undefined) throw badToken('Corrupted');
  if (session.expiresAt <= now) throw badToken('Expired');
  if (session.notBefore > now) throw badToken('PollIntervalNotSatisfied');
  return session;
}

/** AppConfig Data API reference, "BadRequestException", "InvalidParameterDetail". */
const badToken = (Problem: 'Corrupted' | 'Expired' | 'PollIntervalNotSatisfied') =>
  Object.assign(createAwsError('BadRequestException', `Token not valid: ${Problem}`), {
    Reason: 'InvalidParameters',
    Details: { InvalidParameters: { ConfigurationToken: { Problem } } },
  });

/** The deployment that a client gets. The client needs permission to use the key that encrypts the deployed data. */
function deploymentFor(
  call: ServiceCall<object>,
  { applicationId, environmentId, profileId, place }: ConfigurationSession,
): SimulatedDeployment {
  const application = findApplication(call, applicationId);
  const environment = findEnvironment(application, environmentId);
  authorize(call, 'appconfig:GetLatestConfiguration', [
    `${application.arn}/environment/${environment.id}/configuration/${profileId}`,
  ]);
  const served = findServedDeployment(environment, profileId, {
    now: call.world.settings.clock.now(),
    place,
  });
  if (served === undefined) throw createNotFoundError('Deployment', profileId);
  const keyArn = served.kmsKeyArn;
  if (keyArn === undefined) return served;
  const deploymentArn = getDeploymentArn(application, environment, served.number);
  useDeploymentKey(call, { keyArn, action: 'kms:Decrypt', deploymentArn });
  return served;
}
