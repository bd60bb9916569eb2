import pMap from 'p-map';
import { getGrantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { PrincipalState } from '../grants/kind-actions.ts';
import { ResourceMissingError, ThrottledError } from '../platform/aws/errors.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { DesiredResource } from './desired-resource.ts';
import type { PrincipalReading } from './judge-principal.ts';
import { createManagedPolicyReader, type ManagedPolicyReader } from './managed-policy-reader.ts';
import { parseEncoded } from './parse-encoded.ts';
import type { PolicyReadings } from './policy-readings.ts';
import type { RecordedReadingsIndex } from './recorded-readings.ts';
import type { Services } from './services.ts';

export interface PrincipalReadingRequest {
  readonly runId: string;
  readonly configuration: Configuration;
  readonly readings: PolicyReadings;
  /** What runs of a burst have recorded. Default: everything is read. */
  readonly recorded?: RecordedReadingsIndex | undefined;
}

/** What was read of the groups and roles that grants are about. */
export interface PrincipalIndex {
  find(resource: Pick<DesiredResource, 'key' | 'kind'>): PrincipalReading | undefined;
}

type Resource = Pick<DesiredResource, 'key' | 'kind' | 'ref'>;

/**
 * Reads groups and roles of central accounts, each once. This takes three calls for each, one more for each inline
 * policy, and two more for each managed policy that was not read for another role.
 * @throws the retryable errors of `shared/platform/aws`, except ThrottledError
 */
export async function collectPrincipals(
  services: Services,
  request: PrincipalReadingRequest,
  resources: readonly Resource[],
): Promise<PrincipalIndex> {
  const distinct = new Map(resources.map((each) => [each.key, each]));
  const read = await pMap(
    distinct,
    async ([key, each]) => [key, await readPrincipal(services, request, each)] as const,
    { concurrency: 8 },
  );
  const known = new Map(read);
  return { find: ({ key }) => known.get(key) };
}

/**
 * Returns `undefined` if the resource is no group or role. If AWS throttles a call, the group or role counts as not
 * read. Why not retry: a retry would repeat the whole step with all reads of the run, so in a burst the throttling
 * would never end.
 * @throws the retryable errors of `shared/platform/aws`, except ThrottledError
 */
export async function readPrincipal(
  services: Services,
  request: PrincipalReadingRequest,
  resource: Resource,
): Promise<PrincipalReading | undefined> {
  if (resource.kind.readPrincipal === undefined) return undefined;
  const recorded = await request.recorded?.find(resource.key);
  if (recorded?.principal !== undefined) return recorded.principal;
  try {
    return await request.readings.principals(resource.key, () => readNow(services, request, resource));
  } catch (error) {
    if (!(error instanceof ThrottledError)) throw error;
    return { outcome: 'unreadable', reason: `${describe(resource)} cannot be read now: ${error.message}` };
  }
}

const describe = ({ ref }: Pick<Resource, 'ref'>): string =>
  `the ${ref.id.replace('/', ' ')} of account ${ref.accountId}`;

async function readNow(
  services: Services,
  { runId, configuration, readings }: PrincipalReadingRequest,
  { kind, ref }: Resource,
): Promise<PrincipalReading> {
  const what = describe({ ref });
  try {
    const clients = services.aws(runId, configuration).getReader(ref);
    const state = await kind.readPrincipal?.(clients, ref, getGrantContext(configuration));
    if (state === undefined) return { outcome: 'unreadable', reason: `${what} cannot be read` };
    return await toReading(state, (arn, policyKind) =>
      createManagedPolicyReader(readings).read(clients.iam, arn, policyKind),
    );
  } catch (error) {
    const { message, retryable } = toErrorRecord(error);
    if (retryable) throw error;
    return error instanceof ResourceMissingError
      ? { outcome: 'missing', reason: `${what} does not exist` }
      : { outcome: 'unreadable', reason: `${what} cannot be read: ${message}` };
  }
}

type ReadManaged = (
  arn: string,
  kind: Parameters<ManagedPolicyReader['read']>[2],
) => ReturnType<ManagedPolicyReader['read']>;

async function toReading(
  { arn, inline, attached, boundary }: PrincipalState,
  readManaged: ReadManaged,
): Promise<PrincipalReading> {
  const documents = [...inline].map(([name, text]) =>
    parseEncoded('identity', `inline policy ${name} of ${arn}`, text),
  );
  const managed = await Promise.all([
    ...attached.map((each) => readManaged(each, 'identity')),
    ...(boundary === undefined ? [] : [readManaged(boundary, 'boundary')]),
  ]);
  const read = [...documents, ...managed];
  return {
    outcome: 'read',
    arn,
    policies: read.flatMap(({ policy }) => policy ?? []),
    unread: read.flatMap(({ unread }) => unread ?? []),
  };
}
