import type { Tag } from '@aws-sdk/client-iam';
import { createAwsError } from '../aws-error.ts';
import type { ServiceCall } from '../call.ts';
import { getPage } from '../paging.ts';
import { findDenial } from '../permissions.ts';
import type { SimulatedGroup, SimulatedManagedPolicy, SimulatedRole, Tags } from '../simulated-resources.ts';

/** @throws ServiceException `AccessDenied` where the caller may not do `action` on `resource` */
export function authorize(
  { world, caller, region }: ServiceCall<object>,
  action: string,
  resource: string,
  context: Readonly<Record<string, string | readonly string[]>> = {},
): void {
  const attempt = { action, resource, resourceAccount: caller.accountId, region, context };
  const denial = findDenial(world, caller, attempt);
  if (denial !== undefined) throw createAwsError('AccessDenied', denial, 403);
}

/** Names of groups and roles are unique in an account, whatever their path. */
export function findGroup({ world, caller }: ServiceCall<object>, name: string | undefined): SimulatedGroup {
  const group = [...world.groups.values()].find(
    (each) => each.accountId === caller.accountId && each.name === name,
  );
  if (group === undefined) throw createNoSuchEntityError(`The group with name ${name} cannot be found.`);
  return group;
}

export function findRole({ world, caller }: ServiceCall<object>, name: string | undefined): SimulatedRole {
  const role = [...world.roles.values()].find(
    (each) => each.accountId === caller.accountId && each.name === name,
  );
  if (role === undefined) throw createNoSuchEntityError(`The role with name ${name} cannot be found.`);
  return role;
}

/** Customer managed policies of the caller's own account. */
export function findPolicy({ world, caller }: ServiceCall<object>, arn: string | undefined) {
  const policy = world.managedPolicies.get(arn ?? '');
  if (policy === undefined || policy.accountId !== caller.accountId)
    throw createNoSuchEntityError(`Policy ${arn} does not exist or is not attachable.`);
  return policy;
}

export const createNoSuchEntityError = (message: string) =>
  createAwsError('NoSuchEntityException', message, 404);

/** The groups and roles that a policy is attached to. */
export const listHolders = ({ world }: ServiceCall<object>, arn: string) => ({
  groups: [...world.groups.values()].filter(({ attached }) => attached.has(arn)),
  roles: [...world.roles.values()].filter(({ attached }) => attached.has(arn)),
});

interface PageInput {
  readonly Marker?: string | undefined;
  readonly MaxItems?: number | undefined;
}

/** IAM may return fewer than `MaxItems` even where there are more ("ListPolicies", IAM API reference). */
export function getIamPage<T>(items: readonly T[], { Marker, MaxItems }: PageInput) {
  const found = getPage('iam', items, Marker, Math.min(MaxItems ?? 100, 20));
  return {
    items: [...found.items],
    marker: {
      IsTruncated: found.next !== undefined,
      ...(found.next === undefined ? {} : { Marker: found.next }),
    },
  };
}

export const toTagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Condition keys of the tags that are on the policy already. */
export const toResourceTags = ({ tags }: SimulatedManagedPolicy) =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
