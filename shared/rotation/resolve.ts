import { timestamp } from '../clock.ts';
import { rotationOf } from '../configuration/rotation.ts';
import { errorRecord, MalformedEventError, OnboardingError } from '../errors.ts';
import { type CentralAccountName, centralAccountNames } from '../grants/entry.ts';
import { type ActiveConfiguration, activeConfiguration, type Services } from '../services.ts';
import type { DeliveryKey } from '../store/ports.ts';
import { type Claim, claimAbandoned, claimDelivery } from './claim.ts';
import { type CurrentSecret, currentSecret } from './current-version.ts';
import { environmentsOf, findTargets } from './discover.ts';
import { parseRotationEvent, type RotationRequest } from './event.ts';
import { configuredSecrets, configuredTargets, type NamedSecret, namedSecrets, placeOf } from './targets.ts';

export interface ResolvedDeployments {
  readonly runId: string;
  readonly status: 'accepted' | 'ignored';
  /** What this run takes care of. */
  readonly deliveries: readonly DeliveryKey[];
  /** What cannot be deployed at all, a line each. */
  readonly problems: readonly string[];
}

interface Step {
  readonly runId: string;
  readonly startedAt: string;
  readonly input: unknown;
}

/**
 * The first step: which versions are to be deployed where, each claimed in the outbox. Opens the run's record, but for
 * a look that finds nothing to do.
 * @throws MalformedEventError, ConfigurationMismatchError, ConcurrentUpdateError and the retryable errors
 */
export async function resolveDeployments(services: Services, step: Step): Promise<ResolvedDeployments> {
  const { runId, startedAt } = step;
  const { runs } = services.store;
  const request = await readRequest(services, step);
  if (request.type === 'ignored') {
    const finishedAt = timestamp(services.clock);
    const { reason } = request;
    await runs.put({ runId, status: 'ignored', startedAt, finishedAt, accountIds: [], reason });
    return { runId, status: 'ignored', deliveries: [], problems: [] };
  }
  const { cause } = request;
  const opened = { runId, status: 'running' as const, startedAt, accountIds: [], cause };
  if (request.type !== 'look') await runs.put(opened);
  const found = await claimAll(services, request, runId);
  if (request.type !== 'look') return { runId, status: 'accepted', ...found };
  if (found.deliveries.length + found.problems.length === 0) return { runId, status: 'ignored', ...found };
  await runs.put(opened);
  return { runId, status: 'accepted', ...found };
}

/** What cannot be read leaves an open record, so that its end is announced as a deployment's. */
async function readRequest({ store }: Services, { runId, startedAt, input }: Step): Promise<RotationRequest> {
  try {
    return parseRotationEvent(input);
  } catch (thrown) {
    await store.runs.put({ runId, status: 'running', startedAt, accountIds: [], cause: 'deployment' });
    throw thrown;
  }
}

type Asked = Exclude<RotationRequest, { readonly type: 'ignored' }>;
type Found = Pick<ResolvedDeployments, 'deliveries' | 'problems'>;

async function claimAll(services: Services, request: Asked, runId: string): Promise<Found> {
  if (request.type === 'rotation-failed') return { deliveries: [], problems: [notRotated(request.secretId)] };
  const active = await activeConfiguration(services.store);
  if (request.type === 'hosted') return claimHosted(services, active, { request, runId });
  if (request.type === 'look') return lookAround(services, active, runId);
  const secrets = namedSecrets(active.configuration, request.secretId);
  if (secrets.length === 0)
    throw new MalformedEventError('The input', [
      { path: 'secretId', message: 'must be the ARN of a secret, or a name that `rotation.targets` has' },
    ]);
  const again = request.cause === 'deployment' ? 'incomplete' : 'never';
  const { versionId } = request;
  const meant = request.cause === 'deployment' && versionId !== undefined ? { versionId } : {};
  return together(secrets.map((secret) => claimSecret(services, active, { secret, runId, again, ...meant })));
}

const notRotated = (secretId: string): string =>
  `${secretId}: Secrets Manager could not rotate it; readers keep the version that they have. See the log of its rotation function`;

/** What runs have left behind, and the configured secrets whose events never came. */
async function lookAround(services: Services, active: ActiveConfiguration, runId: string): Promise<Found> {
  const abandoned = await claimAbandoned(services, runId);
  const secrets = configuredSecrets(active.configuration);
  const missed = await together(
    secrets.map((secret) => claimSecret(services, active, { secret, runId, again: 'never' })),
  );
  return together([Promise.resolve({ deliveries: abandoned, problems: [] }), Promise.resolve(missed)]);
}

async function together(parts: readonly Promise<Found>[]): Promise<Found> {
  const found = await Promise.all(parts);
  const deliveries = found.flatMap((each) => each.deliveries);
  const unique = new Map(deliveries.map((key) => [`${key.source}#${key.id}`, key]));
  return { deliveries: [...unique.values()], problems: found.flatMap(({ problems }) => problems) };
}

interface SecretClaim extends Claim {
  readonly secret: NamedSecret;
  /** The version that a person means. */
  readonly versionId?: string;
}

/** One secret's trouble is a line, and does not keep others from being deployed; but what a retry helps is thrown. */
async function claimSecret(
  services: Services,
  active: ActiveConfiguration,
  claim: SecretClaim,
): Promise<Found> {
  const { secret, runId, versionId } = claim;
  try {
    const clients = services.aws(runId, active.configuration).reader(secret);
    const current = await currentSecret(clients.secretsManager, secret.secretId);
    const { strategy } = rotationOf(active.configuration);
    const configured = configuredTargets(active.configuration, current);
    const targets =
      configured.length > 0 ? configured : await findTargets(clients.appConfig, current, strategy);
    if (versionId !== undefined && versionId !== current.version)
      return { deliveries: [], problems: [notCurrent(current, versionId)] };
    const left = await claimAbandoned(services, runId, current.arn);
    const { arn: source, version, accountId, region } = current;
    const claims = targets.map((target) =>
      claimDelivery(services, { source, version, accountId, region, target }, claim),
    );
    const keys = (await Promise.all(claims)).filter((key) => key !== undefined);
    return await together([Promise.resolve({ deliveries: [...left, ...keys], problems: [] })]);
  } catch (thrown) {
    return { deliveries: [], problems: [lineOf(secret.secretId, thrown)] };
  }
}

const notCurrent = ({ arn, version }: CurrentSecret, versionId: string): string =>
  `${arn}: superseded: version ${versionId} is not AWSCURRENT, ${version} is`;

/** @throws what a retry helps, and what nobody expected */
function lineOf(what: string, thrown: unknown): string {
  if (!(thrown instanceof OnboardingError) || thrown.retryable) throw thrown;
  const { name, message } = errorRecord(thrown);
  return `${what}: ${name}: ${message}`;
}

interface HostedClaim {
  readonly request: Extract<RotationRequest, { readonly type: 'hosted' }>;
  readonly runId: string;
}

async function claimHosted(
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
    return { deliveries: [], problems: [lineOf(source, thrown)] };
  }
}

const isCentral = (name: string): name is CentralAccountName =>
  centralAccountNames.some((each) => each === name);
