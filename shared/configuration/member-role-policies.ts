import { getGrantKind } from '../grants/kinds.ts';
import { fillPlaceholders } from '../grants/member-roles/permission-fields.ts';
import { findMemberRole } from '../grants/member-roles/references.ts';
import type { MemberRole } from '../grants/member-roles/schema.ts';
import { createTrustPolicy, type MemberAccountPlace } from '../grants/member-roles/trust-policy.ts';
import { createPolicy, type PolicyDocument, type Statement, toArray } from '../iam/document.ts';
import { getGrantContext } from './context.ts';
import type { Configuration } from './schema.ts';
import { getMemberRoleBoundary } from './stack-options.ts';

/** All policies of a member role in one account. */
export interface MemberRolePolicies {
  readonly trust: PolicyDocument;
  /** Inline policies by name. */
  readonly inline: Readonly<Record<string, PolicyDocument>>;
  readonly managedPolicies: readonly string[];
  readonly permissionsBoundary?: string;
}

/**
 * The grants that are limited to a member role. The role needs permissions for each of them. Grants whose central
 * account does not exist are excluded, because another finding reports them.
 */
const listGrantsOf = (
  role: MemberRole,
  { grants, memberRoles = [], centralAccounts }: Configuration,
): readonly Configuration['grants'][number][] =>
  grants.filter(
    ({ account, memberRoles: names = [] }) =>
      centralAccounts[account] !== undefined &&
      names.some((name) => findMemberRole(name, memberRoles) === role),
  );

/** The policies that a member role should have in one account. Pure. */
export function createMemberRolePolicies(
  role: MemberRole,
  configuration: Configuration,
  place: MemberAccountPlace,
): MemberRolePolicies {
  const { accountId } = place;
  const { partition, organization } = configuration;
  const values = { accountId, partition, organizationId: organization.id };
  const { managedPolicies = [], statements = [] } = role;
  const permissionsBoundary = getMemberRoleBoundary(role, configuration);
  return {
    trust: createTrustPolicy(role, getGrantContext(configuration), place),
    inline: {
      ...inlinePolicy('granted-access', listGrantStatements(role, configuration)),
      ...inlinePolicy('statements', fillPlaceholders(statements.map(withoutUndefined), values)),
    },
    managedPolicies: fillPlaceholders(managedPolicies, values),
    ...(permissionsBoundary === undefined
      ? {}
      : { permissionsBoundary: fillPlaceholders(permissionsBoundary, values) }),
  };
}

const inlinePolicy = (name: string, statements: readonly Statement[]): MemberRolePolicies['inline'] =>
  statements.length === 0 ? {} : { [name]: { ...createPolicy(), Statement: statements } };

/**
 * The permissions that a role needs for the grants that name it. Statements that differ only in their resources are
 * joined.
 */
function listGrantStatements(role: MemberRole, configuration: Configuration): readonly Statement[] {
  const context = getGrantContext(configuration);
  const all = listGrantsOf(role, configuration).flatMap(
    (entry) => getGrantKind(entry.kind).listMemberStatements?.(entry, context) ?? [],
  );
  const alike = Map.groupBy(all, ({ Resource: _, ...rest }) => JSON.stringify(rest));
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const resources = [first, ...others].flatMap(({ Resource = [] }) => toArray(Resource));
    return [{ ...first, Resource: [...new Set(resources)].sort() }];
  });
}

type WrittenStatement = NonNullable<MemberRole['statements']>[number];

function withoutUndefined({
  Sid,
  Effect,
  Action,
  NotAction,
  Resource,
  NotResource,
  Condition,
}: WrittenStatement): Statement {
  return {
    ...(Sid === undefined ? {} : { Sid }),
    Effect,
    ...(Action === undefined ? {} : { Action }),
    ...(NotAction === undefined ? {} : { NotAction }),
    ...(Resource === undefined ? {} : { Resource }),
    ...(NotResource === undefined ? {} : { NotResource }),
    ...(Condition === undefined ? {} : { Condition }),
  };
}
