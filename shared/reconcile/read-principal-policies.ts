import pMap from 'p-map';
import { getGrantContext } from '../configuration/context.ts';
import type { AppliedPolicy } from '../iam/applied-policy.ts';
import { coversResource } from '../iam/coverage.ts';
import type { RequestPrincipal } from '../iam/request.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listActiveResources } from './desired-resources.ts';
import { type ReadingRequest, readRole } from './read-role.ts';
import type { Services } from './services.ts';
import type { UnreadEvidence } from './unread-evidence.ts';

/** The policies that are attached to a principal, as far as they were read. */
export interface PrincipalPolicies {
  readonly policies: readonly AppliedPolicy[];
  readonly unread: readonly UnreadEvidence[];
  /** Why the principal does not exist. Absent if it exists, or if its existence is unknown. */
  readonly missing?: string;
}

/** Reads the identity policies and the permissions boundary of a role or user. Other principals have none. */
export async function readPrincipalPolicies(
  services: Services,
  request: ReadingRequest,
  principal: RequestPrincipal,
): Promise<PrincipalPolicies> {
  if (principal.type !== 'role' && principal.type !== 'user') return { policies: [], unread: [] };
  const { arn } = principal;
  const role = await readRole(services, request, arn);
  if (role?.outcome === 'read') {
    const { identity, boundary, unread } = role.state;
    const own = unread.filter(({ kind }) => kind !== 'trust');
    return { policies: [...identity, ...boundary], unread: own.map((each) => ({ ...each, of: arn })) };
  }
  if (role?.outcome === 'missing' || role?.outcome === 'wrong')
    return { policies: [], unread: [], missing: role.reason };
  const granted = await readManagedPolicies(services, request, arn);
  const reason = role?.reason ?? 'the project may not read policies of users and of their groups';
  const others = (['identity', 'boundary'] as const).map((kind) => ({ kind, of: arn, reason }));
  return { policies: granted.policies, unread: [...granted.unread, ...others] };
}

/** The managed policies of this installation that are attached to the principal, by the grants of the configuration. */
async function readManagedPolicies(
  services: Services,
  request: ReadingRequest,
  arn: string,
): Promise<PrincipalPolicies> {
  const context = getGrantContext(request.active.configuration);
  const about = listIdentityResources(request).filter(({ kind, ref }) =>
    kind.listArns(ref, context).some((pattern) => coversResource(pattern, arn)),
  );
  const read = await pMap(about, (resource) => readIdentityPolicies(services, request, resource));
  return {
    policies: read.flatMap(({ policies }) => policies),
    unread: read.flatMap(({ unread }) => unread),
  };
}

/** The groups and roles of central accounts to which grants attach policies. */
export const listIdentityResources = ({ active }: ReadingRequest): readonly DesiredResource[] =>
  listActiveResources(active, []).filter(({ kind }) => kind.policyKind === 'identity');

/** The managed policies that this installation attaches to one group or role. */
export async function readIdentityPolicies(
  services: Services,
  { runId, active: { configuration } }: ReadingRequest,
  { kind, ref }: Pick<DesiredResource, 'kind' | 'ref'>,
): Promise<PrincipalPolicies> {
  try {
    const clients = services.aws(runId, configuration).getReader(ref);
    const state = await kind.read(clients, ref, getGrantContext(configuration));
    const policies = Object.entries(kind.toDocuments(state)).flatMap(([name, document]) =>
      document === undefined
        ? []
        : [{ kind: kind.policyKind, name: `policy ${name} of ${ref.id}`, document }],
    );
    return { policies, unread: [] };
  } catch (error) {
    return {
      policies: [],
      unread: [{ kind: kind.policyKind, of: ref.id, reason: toErrorRecord(error).message }],
    };
  }
}
