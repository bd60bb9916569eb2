import type {
  GetLatestConfigurationCommandInput,
  GetLatestConfigurationCommandOutput,
  StartConfigurationSessionCommandInput,
  StartConfigurationSessionCommandOutput,
} from '@aws-sdk/client-appconfigdata';
import { servedBy } from '../app-config-progress.ts';
import type { ConfigurationSession, SimulatedDeployment } from '../app-config-state.ts';
import { awsError } from '../aws-error.ts';
import { operation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { randomText } from '../world.ts';
import { applicationOf, authorize, environmentOf, notFound, profileOf } from './app-config-access.ts';
import { keyContext } from './app-config-deployments.ts';
import { denialToUseKey } from './kms-keys.ts';

/** Tokens are good for one call, and for 24 hours. */
const tokenLife = 24 * 3_600_000;

/** AWS AppConfig Data. Source: AppConfig Data API reference, "StartConfigurationSession", "GetLatestConfiguration". */
export const appConfigData: ServiceOperations = {
  StartConfigurationSession: operation<
    StartConfigurationSessionCommandInput,
    StartConfigurationSessionCommandOutput
  >((call) => {
    const { input } = call;
    const application = applicationOf(call, input.ApplicationIdentifier);
    const environment = environmentOf(application, input.EnvironmentIdentifier);
    const profile = profileOf(application, input.ConfigurationProfileIdentifier);
    const { RequiredMinimumPollIntervalInSeconds: intervalSeconds = 60 } = input;
    if (intervalSeconds < 15 || intervalSeconds > 86_400)
      throw awsError('BadRequestException', 'RequiredMinimumPollIntervalInSeconds is between 15 and 86400');
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

  GetLatestConfiguration: operation<GetLatestConfigurationCommandInput, GetLatestConfigurationCommandOutput>(
    (call) => {
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
    },
  ),
};

function issued({ world }: ServiceCall<object>, session: Omit<ConfigurationSession, 'expiresAt'>): string {
  const token = randomText(world, 40);
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
  Object.assign(awsError('BadRequestException', `Token not valid: ${Problem}`), {
    Reason: 'InvalidParameters',
    Details: { InvalidParameters: { ConfigurationToken: { Problem } } },
  });

/** Reading deployed data needs the key it was encrypted with, in the reader's name. */
function deploymentFor(
  call: ServiceCall<object>,
  { applicationId, environmentId, profileId, place }: ConfigurationSession,
): SimulatedDeployment {
  const application = applicationOf(call, applicationId);
  const environment = environmentOf(application, environmentId);
  authorize(call, 'appconfig:GetLatestConfiguration', [
    `${application.arn}/environment/${environment.id}/configuration/${profileId}`,
  ]);
  const served = servedBy(environment, profileId, { now: call.world.settings.clock.now(), place });
  if (served === undefined) throw notFound('Deployment', profileId);
  const keyArn = served.kmsKeyArn;
  if (keyArn === undefined) return served;
  const context = keyContext(application, environment, served.number);
  const denial = denialToUseKey(call.world, call.caller, { keyArn, action: 'kms:Decrypt', context });
  if (denial !== undefined) throw awsError('AccessDeniedException', denial, 403);
  return served;
}
