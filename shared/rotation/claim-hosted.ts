import { rotationOf } from '../configuration/rotation.ts';
import { MalformedEventError } from '../errors.ts';
import { type CentralAccountName, centralAccountNames } from '../grants/entry.ts';
import type { ActiveConfiguration, Services } from '../services.ts';
import { claimDelivery } from './claim.ts';
import { environmentsOf } from './discover.ts';
import type { RotationRequest } from './event.ts';
import { type Found, problemLine } from './found.ts';
import { placeOf } from './targets.ts';

interface HostedClaim {
  readonly request: Extract<RotationRequest, { readonly type: 'hosted' }>;
  readonly runId: string;
}

/** Claims a version of a hosted configuration, also one that was deployed before. */
export async function claimHosted(
  services: Services,
  { configuration }: ActiveConfiguration,
  { request, runId }: HostedClaim,
): Promise<Found> {
  const { application, profile, version, account } = request;
  const place = isCentral(account) ? placeOf({ account }, configuration) : undefined;
  if (place === undefined)
    throw new MalformedEventError('The input', [
      { path: 'account', message: `must be among centralAccounts, which has no ${account}` },
    ]);
  const { appConfig } = services.aws(runId, configuration).reader(place);
  const source = ['appconfig', place.accountId, place.region, application, profile].join(':');
  try {
    const environments = request.environments ?? (await environmentsOf(appConfig, application));
    const { strategy } = rotationOf(configuration);
    const claims = environments.map((environment) => {
      const target = { application, environment, profile, strategy };
      return claimDelivery(services, { ...place, source, version, target }, { runId, again: 'always' });
    });
    return {
      deliveries: (await Promise.all(claims)).filter((key) => key !== undefined),
      problems: [],
    };
  } catch (thrown) {
    return { deliveries: [], problems: [problemLine(source, thrown)] };
  }
}

const isCentral = (name: string): name is CentralAccountName =>
  centralAccountNames.some((each) => each === name);
