import type { Configuration } from '../shared/configuration/schema.ts';
import { appConfigIdPattern, secretDeploymentOf } from '../shared/configuration/secret-deployment.ts';
import { parseSecretArn } from '../shared/platform/aws/secret-arn.ts';
import { MalformedEventError } from '../shared/platform/errors.ts';
import { locateHosted } from '../shared/secrets/deployment/claim-hosted.ts';
import type { RotationRequest } from '../shared/secrets/deployment/event.ts';
import {
  findNamedSecrets,
  listConfiguredSecrets,
  listConfiguredTargets,
} from '../shared/secrets/deployment/targets.ts';
import type { DeploymentTarget } from '../shared/store/ports.ts';
import { addApplication, addStrategy, type ProfileInput, trustsAppConfig } from '../simulator/app-config.ts';
import type { SimulatedOrganization } from '../simulator/organization.ts';

/** Where the secret or the hosted configuration of a request is created. */
interface DeployableContext {
  readonly organization: SimulatedOrganization;
  readonly configuration: Configuration;
}

type Request = Exclude<RotationRequest, { readonly type: 'ignored' }>;

/**
 * Creates everything that a request needs: the secret with the requested version, or the hosted versions up to the
 * requested one. Also creates the configured targets with their strategies, or else an application with an environment.
 * It does not create a secret of a member account, because such a secret is never deployed.
 */
export function makeDeployable(context: DeployableContext, request: Request): void {
  if (request.type === 'hosted') makeHosted(context, request);
  if (request.type === 'look')
    for (const { secretId } of listConfiguredSecrets(context.configuration)) makeSecrets(context, secretId);
  if (request.type === 'secret') makeSecrets(context, request.secretId, request.versionId);
}

function makeSecrets(context: DeployableContext, secretId: string, versionId?: string): void {
  const { configuration, organization } = context;
  for (const { accountId, region } of findNamedSecrets(configuration, secretId)) {
    const isCentral = Object.values(configuration.centralAccounts).some(({ id }) => id === accountId);
    if (!isCentral) continue;
    const { name = secretId, arn } = parseSecretArn(secretId) ?? {};
    const suffix = arn?.slice(-6);
    // The simulation may already have created the secret for a grant. It is replaced by one with the id in the event.
    for (const existing of [...organization.world.secrets.values()])
      if (existing.name === name && existing.accountId === accountId && existing.region === region)
        organization.world.secrets.delete(existing.arn);
    const secretArn = organization.addSecret({
      accountId,
      region,
      name,
      value: '{}',
      ...(suffix === undefined ? {} : { suffix }),
      ...(versionId === undefined ? {} : { versionId }),
    });
    const location = parseSecretArn(secretArn);
    const configured = location === undefined ? [] : listConfiguredTargets(configuration, location);
    makeTargets(context, { accountId, region, name, configured });
  }
}

interface SecretTargets {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
  readonly configured: readonly DeploymentTarget[];
}

function makeTargets(
  context: DeployableContext,
  { accountId, region, name, configured }: SecretTargets,
): void {
  const { organization, configuration } = context;
  const location = { accountId, region };
  const profile = {
    name: 'secret',
    ...retrieving(organization, accountId),
    locationUri: `secretsmanager://${name}`,
  };
  const { strategy } = secretDeploymentOf(configuration);
  for (const each of new Set([strategy, ...configured.map((target) => target.strategy)]))
    makeStrategy(context, location, each);
  const applications = Map.groupBy(configured, ({ application }) => application);
  if (applications.size === 0)
    addApplication(organization.world, {
      ...location,
      name: 'example',
      environments: [{ name: 'production' }],
      profiles: [profile],
    });
  for (const [id, targets] of applications)
    addApplication(organization.world, {
      ...location,
      id,
      name: id,
      environments: once(targets.map(({ environment }) => environment)).map((each) => ({
        id: each,
        name: each,
      })),
      profiles: once(targets.map((target) => target.profile)).map((each) => ({
        ...profile,
        id: each,
        name: each,
      })),
    });
}

const once = (ids: readonly string[]): readonly string[] => [...new Set(ids)];

const anything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }],
};

/** The role that AppConfig assumes to retrieve the secrets of an account. */
function retrieving(
  organization: SimulatedOrganization,
  accountId: string,
): Pick<ProfileInput, 'retrievalRoleArn'> {
  const name = 'retrieval';
  const existing = [...organization.world.roles.values()].find(
    (role) => role.accountId === accountId && role.name === name,
  );
  const role = { accountId, name, trust: trustsAppConfig, permissions: anything };
  return { retrievalRoleArn: existing?.arn ?? organization.addRole(role) };
}

/**
 * AppConfig has predefined strategies. Any other strategy is created here. It deploys at once and without bake time.
 */
function makeStrategy(
  { organization: { world } }: DeployableContext,
  location: { readonly accountId: string; readonly region: string },
  id: string,
): void {
  if (world.appConfig.strategies.has(id)) return;
  const growth = { durationMinutes: 0, growthType: 'LINEAR' as const, growthFactor: 100, bakeMinutes: 0 };
  addStrategy(world, { ...location, id, name: id, ...growth });
}

/** The highest version that the simulation creates. Nobody adds so many by hand. */
const maxVersions = 10_000;

function makeHosted(
  context: DeployableContext,
  request: Extract<Request, { readonly type: 'hosted' }>,
): void {
  const { organization, configuration } = context;
  const location = placeIfAny(context, request);
  if (location === undefined) return;
  makeStrategy(context, location, secretDeploymentOf(configuration).strategy);
  const { environments, profile } = request;
  const application = addApplication(organization.world, {
    ...location,
    ...called(request.application),
    environments: environments?.map(called) ?? ['test', 'production'].map((name) => ({ name })),
    profiles: [called(profile)],
  });
  const content = { content: '{}', contentType: 'application/json' };
  const isLabel = !/^\d+$/.test(request.version);
  const versions = isLabel ? 0 : Math.min(Number(request.version), maxVersions);
  for (const made of application.profiles.values()) {
    if (isLabel) made.versions.push({ ...content, label: request.version });
    for (let version = 1; version <= versions; version += 1) made.versions.push(content);
  }
}

/** Uses the value as a name, and also as an id if it has the form of an id. */
const called = (text: string): { readonly name: string; readonly id?: string } =>
  appConfigIdPattern.test(text) ? { name: text, id: text } : { name: text };

/** If the configuration does not have the account, nothing is created, and the run reports the mistake. */
function placeIfAny(
  { configuration }: DeployableContext,
  request: Extract<Request, { readonly type: 'hosted' }>,
) {
  try {
    return locateHosted(request, configuration);
  } catch (error) {
    if (error instanceof MalformedEventError) return undefined;
    throw error;
  }
}
