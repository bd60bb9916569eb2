import { getGrantContext } from '../configuration/context.ts';
import type { AppliedPolicy } from '../iam/applied-policy.ts';
import { coversResource } from '../iam/coverage.ts';
import type { RequestPrincipal } from '../iam/request.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listActiveResources } from './desired-resources.ts';
import type { PrincipalReading } from './judge-principal.ts';
import { createPolicyReadings } from './policy-readings.ts';
import { readPrincipal } from './read-principals.ts';
import { type ReadingRequest, readRole } from './read-role.ts';
import type { Services } from './services.ts';
import type { UnreadEvidence } from './unread-evidence.ts';

/** The policies of a principal that could be read, and the ones that could not. */
export interface PrincipalPolicies {
  readonly policies: readonly AppliedPolicy[];
  readonly unread: readonly UnreadEvidence[];
  /** Why the principal does not exist. Absent if it exists, or if nobody knows. */
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
  const central = await readCentralRole(services, request, arn);
  if (central !== undefined) return central;
  return toUnread(arn, role?.reason ?? 'the project may not read policies of users and of their groups');
}

const toUnread = (of: string, reason: string): PrincipalPolicies => ({
  policies: [],
  unread: (['identity', 'boundary'] as const).map((kind) => ({ kind, of, reason })),
});

/** Reads a role of a central account, if a grant is about this role. `undefined` for every other principal. */
async function readCentralRole(
  services: Services,
  request: ReadingRequest,
  arn: string,
): Promise<PrincipalPolicies | undefined> {
  const { runId, active } = request;
  const { configuration } = active;
  const context = getGrantContext(configuration);
  const resource = listIdentityResources(request).find(({ kind, ref }) =>
    kind.listArns(ref, context).some((pattern) => coversResource(pattern, arn)),
  );
  if (resource === undefined) return undefined;
  const readings = createPolicyReadings(services);
  const role = await readPrincipal(services, { runId, configuration, readings }, resource);
  const granted = await readIdentityPolicies(services, request, resource);
  return role === undefined ? granted : joinPolicies(arn, role, granted);
}

function joinPolicies(arn: string, role: PrincipalReading, granted: PrincipalPolicies): PrincipalPolicies {
  switch (role.outcome) {
    case 'missing':
      return { policies: [], unread: [], missing: role.reason };
    case 'unreadable':
      return { ...granted, unread: [...granted.unread, ...toUnread(arn, role.reason).unread] };
    case 'read':
      if (role.arn !== arn)
        return {
          policies: [],
          unread: [],
          missing: `the role ${arn} does not exist: ${role.arn} has its name`,
        };
      return {
        policies: [...granted.policies, ...role.policies],
        unread: [...granted.unread, ...role.unread.map((each) => ({ ...each, of: arn }))],
      };
  }
}

/** The groups and roles of central accounts to which grants attach managed policies. */
export const listIdentityResources = ({ active }: ReadingRequest): readonly DesiredResource[] =>
  listActiveResources(active, []).filter(({ kind }) => kind.policyKind === 'identity');

/** The managed policies that this installation has attached to one group or role. */
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
