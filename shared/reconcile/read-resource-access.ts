import pMap from 'p-map';
import type { ResolvedConfiguration } from '../configuration/active-configuration.ts';
import { getGrantContext } from '../configuration/context.ts';
import { formatResourceKey, type GrantKind, type ResourceRef } from '../grants/contract.ts';
import { grantKinds } from '../grants/kinds.ts';
import type { AppliedKeyGrant } from '../iam/applied-access.ts';
import type { AppliedPolicy } from '../iam/applied-policy.ts';
import { coversResource } from '../iam/coverage.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listActiveResources } from './desired-resources.ts';
import { type ReadingRequest, readRole } from './read-role.ts';
import type { Services } from './services.ts';
import type { UnreadEvidence } from './unread-evidence.ts';

/** What was read about access to a resource: its policy, and the KMS grants if it is a key. */
export interface ResourceAccess {
  /** The account and region of the resource, as far as they are known. */
  readonly place?: Pick<ResourceRef, 'accountId' | 'region'>;
  readonly policies: readonly AppliedPolicy[];
  readonly keyGrants: readonly AppliedKeyGrant[];
  readonly unread: readonly UnreadEvidence[];
  /** Why the resource does not exist. Absent if it exists, or if nobody knows. */
  readonly missing?: string;
}

const nothing: ResourceAccess = { policies: [], keyGrants: [], unread: [] };

/**
 * Reads the policy of the resource with this ARN, and the KMS grants if it is a key. The ARN is `*` for an action
 * without a resource: then nothing is read.
 */
export async function readResourceAccess(
  services: Services,
  request: ReadingRequest,
  arn: string,
): Promise<ResourceAccess> {
  if (arn === '*') return nothing;
  const configured = findResource(request.active, arn);
  if (configured === undefined) return readOther(services, request, arn);
  const kinds = grantKinds.filter(({ resourceType }) => resourceType === configured.kind.resourceType);
  const { accountId, region } = configured.ref;
  const read = await pMap(kinds, (kind) => readKind(services, request, kind, configured.ref));
  return {
    place: { accountId, region },
    policies: read.flatMap(({ policies }) => policies),
    keyGrants: read.flatMap(({ keyGrants }) => keyGrants),
    unread: read.flatMap(({ unread }) => unread),
  };
}

/**
 * The configured resource with this ARN. Groups and roles with attached policies are not found here: their policies
 * give access to other resources.
 */
function findResource(active: ResolvedConfiguration, arn: string): DesiredResource | undefined {
  const context = getGrantContext(active.configuration);
  return listActiveResources(active, []).find(
    ({ kind, ref }) =>
      kind.policyKind !== 'identity' &&
      kind.listArns(ref, context).some((pattern) => coversResource(pattern, arn)),
  );
}

async function readKind(
  services: Services,
  { runId, active: { configuration } }: ReadingRequest,
  kind: GrantKind,
  resourceRef: ResourceRef,
): Promise<ResourceAccess> {
  const ref = { ...resourceRef, kind: kind.name };
  try {
    return await readKindAccess(services, { runId, configuration }, kind, ref);
  } catch (error) {
    const unread = kind.readKeyGrants === undefined ? kind.policyKind : 'key-grant';
    const reason = toErrorRecord(error).message;
    return { ...nothing, unread: [{ kind: unread, of: ref.id, reason }] };
  }
}

/**
 * Reads the policy of a configured resource, or the KMS grants of a key.
 * @throws the errors of `GrantKind.read`
 */
export async function readKindAccess(
  services: Services,
  { runId, configuration }: Pick<ResolvedConfiguration, 'configuration'> & { readonly runId: string },
  kind: GrantKind,
  ref: ResourceRef,
): Promise<ResourceAccess> {
  const context = getGrantContext(configuration);
  const clients = services.aws(runId, configuration).getReader(ref);
  const keyGrants = await kind.readKeyGrants?.(clients, ref, context);
  if (keyGrants !== undefined) return { ...nothing, keyGrants };
  const state = await kind.read(clients, ref, context);
  const { managed } = (await services.store.resources.get(formatResourceKey(ref))) ?? {};
  const policies = Object.values(kind.toDocuments(state, managed?.sids)).flatMap((document) =>
    document === undefined ? [] : [{ kind: kind.policyKind, name: `${kind.title} of ${ref.id}`, document }],
  );
  return { ...nothing, policies };
}

/**
 * Reads the trust policy of a member role. Other resources without a grant cannot be read, because no role of the hub
 * has the right.
 */
async function readOther(services: Services, request: ReadingRequest, arn: string): Promise<ResourceAccess> {
  const role = await readRole(services, request, arn);
  if (role === undefined) {
    const reason =
      'no grant of the configuration is on this resource, so the project may not read its policy';
    const unread: UnreadEvidence[] = [{ kind: 'resource', of: arn, reason }];
    if (/^arn:[^:]*:kms:[^:]*:\d{12}:key\//.test(arn)) unread.push({ kind: 'key-grant', of: arn, reason });
    return { ...nothing, unread };
  }
  if (role.outcome === 'read') {
    const unread = role.state.unread.filter(({ kind }) => kind === 'trust');
    return { ...nothing, policies: role.state.trust, unread: unread.map((each) => ({ ...each, of: arn })) };
  }
  if (role.outcome === 'unreadable')
    return { ...nothing, unread: [{ kind: 'trust', of: arn, reason: role.reason }] };
  return { ...nothing, missing: role.reason };
}
