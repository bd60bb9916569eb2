import { createAwsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import { type Denial, findDenial } from '../permissions.ts';
import { isContainer, type SimulatedWorld } from '../world.ts';

/**
 * Only three callers are allowed: the management account, delegated administrators, and accounts that the delegation
 * policy names. Delegated administrators can only read. Sources: Organizations user guide, "Delegated administrator for
 * AWS Organizations"; Organizations API reference ("can be called only from …").
 * @throws ServiceException `AccessDeniedException`
 */
export function authorizeOrganizations(call: ServiceCall<object>, name: string): void {
  const denial = findOrganizationsDenial(call, name);
  if (denial !== undefined) throw createAwsError('AccessDeniedException', denial, 400);
}

function findOrganizationsDenial(
  { world, caller, region, input }: ServiceCall<object>,
  name: string,
): Denial {
  const { delegatedAdministrators, delegationPolicy } = world.organizationPolicies;
  const { managementAccountId } = world.settings;
  const own = findDenial(world, caller, {
    action: `organizations:${name}`,
    resource: findResource(world, input),
    resourceAccount: caller.accountId,
    region,
  });
  if (own !== undefined || caller.accountId === managementAccountId) return own;
  if (/^(List|Describe)/.test(name) && delegatedAdministrators.has(caller.accountId)) return undefined;
  // The delegation policy is evaluated as a resource policy, because the policy engine has no kind of its own for it.
  const delegated = findDenial(world, caller, {
    action: `organizations:${name}`,
    resource: findResource(world, input),
    resourceAccount: managementAccountId,
    region,
    resourcePolicy: { kind: 'queue', text: delegationPolicy },
  });
  return delegated === undefined ? undefined : "You don't have permissions to access this resource.";
}

/** The inputs that name the resource of a call. */
const idFields = [
  'AccountId',
  'ChildId',
  'ParentId',
  'OrganizationalUnitId',
  'PolicyId',
  'ResourceId',
  'TargetId',
];

/**
 * The ARN of what a call reads; `*` for calls that have no resource, such as ListAccounts.
 * Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Organizations".
 */
function findResource(world: SimulatedWorld, input: object): string {
  const fields = new Map<string, unknown>(Object.entries(input));
  const id = idFields.map((name) => fields.get(name)).find((value) => typeof value === 'string');
  return typeof id === 'string' ? toArn(world, id) : '*';
}

function toArn(world: SimulatedWorld, id: string): string {
  const { organizationId, partition } = world.settings;
  const policy = world.organizationPolicies.policies.get(id);
  const type = policy?.type.toLowerCase();
  if (policy?.isAwsManaged) return `arn:${partition}:organizations::aws:policy/${type}/${id}`;
  if (id.startsWith('p-')) return formatOrganizationsArn(world, `policy/${organizationId}/${type}/${id}`);
  const container = id.startsWith('r-') ? 'root' : 'ou';
  return formatOrganizationsArn(world, `${/^\d+$/.test(id) ? 'account' : container}/${organizationId}/${id}`);
}

/** @throws ServiceException `TargetNotFoundException` */
export function expectTarget(world: SimulatedWorld, id = ''): string {
  if (world.accounts.has(id) || isContainer(world, id)) return id;
  throw createAwsError('TargetNotFoundException', "You specified a target that doesn't exist.");
}

export const toNextToken = (next: string | undefined) => (next === undefined ? {} : { NextToken: next });

export const formatOrganizationsArn = ({ settings }: SimulatedWorld, resource: string): string =>
  `arn:${settings.partition}:organizations::${settings.managementAccountId}:${resource}`;
