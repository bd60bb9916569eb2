import type { ActiveConfiguration } from '../../configuration/active-configuration.ts';
import {
  defaultApplicationAccount,
  getApplications,
  locateApplication,
} from '../../configuration/applications.ts';
import type { Configuration } from '../../configuration/schema.ts';
import { secretDeploymentOf } from '../../configuration/secret-deployment.ts';
import { MalformedEventError } from '../../platform/errors.ts';
import { claimOrReport } from './claim.ts';
import { type ClaimResult, formatProblem, mergeClaimResults } from './claim-result.ts';
import type { RotationRequest } from './event.ts';
import { resolveHostedIds, resolveHostedVersion } from './resolve-ids.ts';
import type { DeploymentServices } from './services.ts';

interface HostedClaim {
  readonly request: Extract<RotationRequest, { readonly type: 'hosted' }>;
  readonly runId: string;
  readonly startedAt: string;
}

/**
 * Stores the delivery of a version that an operator has requested for a configuration hosted by AppConfig, even if the
 * version was deployed before. First it rejects a request for something that does not exist, so that a wrong request
 * does not replace an earlier valid one.
 */
export async function claimHosted(
  services: DeploymentServices,
  { configuration }: ActiveConfiguration,
  { request, runId, startedAt }: HostedClaim,
): Promise<ClaimResult> {
  const accountRegion = locateHosted(request, configuration);
  const { appConfig } = services.aws(runId, configuration).getReader(accountRegion);
  const sourceOf = (application: string, profile: string): string =>
    ['appconfig', accountRegion.accountId, accountRegion.region, application, profile].join(':');
  try {
    const { application, profile, environments } = await resolveHostedIds(appConfig, request);
    const source = sourceOf(application, profile);
    const hostedVersion = await resolveHostedVersion(appConfig, { application, profile }, request.version);
    const { strategy } = secretDeploymentOf(configuration);
    const claim = { runId, askedAt: Date.parse(startedAt), restart: 'incomplete' } as const;
    const claims = environments.map((environment) => {
      const target = { application, environment, profile, strategy };
      return claimOrReport(services, { ...accountRegion, ...hostedVersion, source, target }, claim);
    });
    return await mergeClaimResults(claims);
  } catch (thrown) {
    return {
      deliveries: [],
      problems: [formatProblem(sourceOf(request.application, request.profile), thrown)],
    };
  }
}

/**
 * The account and region of a hosted configuration. @throws MalformedEventError if the configuration has no central
 * account of the given name
 */
export function locateHosted(
  { application, account, region }: HostedClaim['request'],
  configuration: Configuration,
) {
  const named = getApplications(configuration).find(({ name }) => name === application);
  const central = account ?? named?.account ?? defaultApplicationAccount;
  const own = named?.account === central ? named.region : undefined;
  const accountRegion = Object.hasOwn(configuration.centralAccounts, central)
    ? locateApplication({ account: central, region: region ?? own }, configuration)
    : undefined;
  if (accountRegion !== undefined) return accountRegion;
  throw new MalformedEventError('The input', [
    { path: 'account', message: `must be among centralAccounts, which has no ${central}` },
  ]);
}
