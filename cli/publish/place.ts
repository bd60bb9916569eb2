import { AccessDeniedError, ResourceMissingError } from '../../shared/platform/aws/errors.ts';
import { resolveHostedIds } from '../../shared/secrets/deployment/resolve-ids.ts';
import { adviseOnDenied, isDenied } from './denied.ts';
import type { NamedEnvironment, ProfilePlace, PublishTools } from './publish-types.ts';

/** The names of an application and its profile in the configuration. */
export interface NamedProfile {
  readonly application: string;
  readonly profile: string;
  readonly environments: readonly string[];
}

export interface ApplicationAccount {
  readonly accountId: string;
  readonly region: string;
}

/**
 * Finds the ids for the names in the configuration. @throws ResourceMissingError if AppConfig does not have one of them
 */
export async function resolvePlace(
  { client }: Pick<PublishTools, 'client'>,
  named: NamedProfile,
  { accountId, region }: ApplicationAccount,
): Promise<ProfilePlace & { readonly environments: readonly NamedEnvironment[] }> {
  const ids = await resolveHostedIds(client, named).catch((thrown: unknown) => {
    if (!(thrown instanceof ResourceMissingError)) throw thrown;
    throw new ResourceMissingError(
      `${thrown.message}. The application is in account ${accountId}, ${region}: use credentials of that account, and ` +
        `deploy \`onboarding application-template ${named.application}\` there first. Nothing was created`,
      thrown.fields,
    );
  });
  const environments = named.environments.map((name, index) => ({
    id: ids.environments[index] ?? '',
    name,
  }));
  return { application: ids.application, profile: ids.profile, environments };
}

const readActions = [
  'appconfig:ListApplications',
  'appconfig:ListEnvironments',
  'appconfig:ListConfigurationProfiles',
  'appconfig:ListDeployments',
];

/** Names the missing permission if AppConfig denied a read before anything was created. */
export function explainReading(thrown: unknown): unknown {
  if (!(thrown instanceof Error) || !isDenied(thrown)) return thrown;
  const advice = adviseOnDenied(thrown, { actions: readActions, keyActions: [], key: undefined });
  return new AccessDeniedError(
    `AppConfig denied a read (${thrown.name}: ${thrown.message}). Nothing was created. ${advice}`,
    { awsError: thrown.name },
  );
}
