import type { Tag } from '@aws-sdk/client-iam';
import type { ContextValues } from '../../shared/iam/request.ts';
import { createAwsError } from '../aws-error.ts';
import { awsAccount, findManagedPolicy } from '../aws-managed-policies.ts';
import type { ServiceCall } from '../call.ts';
import { getPage } from '../paging.ts';
import { findDenial } from '../permissions.ts';
import type { SimulatedGroup, SimulatedManagedPolicy, SimulatedRole, Tags } from '../simulated-resources.ts';

/** @throws ServiceException `AccessDenied` if the caller may not do `action` on `resource` */
export function authorize(
  { world, caller, region }: ServiceCall<object>,
  action: string,
  resource: string,
  context: ContextValues = {},
): void {
  const attempt = { action, resource, resourceAccount: caller.accountId, region, context };
  const denial = findDenial(world, caller, attempt);
  if (denial !== undefined) throw createAwsError('AccessDenied', denial, 403);
}

/** Finds a group by name. Names are unique in an account, even if paths differ. */
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

interface RoleNameInput {
  readonly RoleName: string | undefined;
}

/**
 * Finds the role of a call, if the caller may do `action` on it. If a role does not exist, IAM checks the ARN without a
 * path. A permission on an ARN with a path does not cover that, so the answer is `AccessDenied`.
 */
export function getAuthorizedRole(
  call: ServiceCall<RoleNameInput>,
  action: string,
  context: ContextValues = {},
): SimulatedRole {
  const { world, caller, input } = call;
  const role = [...world.roles.values()].find(
    (each) => each.accountId === caller.accountId && each.name === input.RoleName,
  );
  const pathless = `arn:${world.settings.partition}:iam::${caller.accountId}:role/${input.RoleName}`;
  authorize(call, action, role?.arn ?? pathless, context);
  return role ?? findRole(call, input.RoleName);
}

/** Finds a customer managed policy of the caller's account, or an AWS managed policy. */
export function findPolicy({ world, caller }: ServiceCall<object>, arn: string | undefined) {
  const policy = findManagedPolicy(world, arn ?? '');
  if (policy === undefined || ![caller.accountId, awsAccount].includes(policy.accountId))
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

/** IAM may return fewer than `MaxItems` even if there are more ("ListPolicies", IAM API reference). */
export function getIamPage<T>(items: readonly T[], { Marker, MaxItems }: PageInput) {
  const page = getPage('iam', items, Marker, Math.min(MaxItems ?? 100, 20));
  return {
    items: [...page.items],
    marker: {
      IsTruncated: page.next !== undefined,
      ...(page.next === undefined ? {} : { Marker: page.next }),
    },
  };
}

export const toTagList = (tags: Tags): Tag[] => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** Condition keys for the present tags of the policy. */
export const toResourceTags = ({ tags }: SimulatedManagedPolicy) =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));

/** Condition keys for the tags in a request. */
export const toRequestTags = (tags: Tags) => ({
  ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  'aws:TagKeys': Object.keys(tags),
});

export const fromTagList = (tags: readonly Tag[]): Tags =>
  Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));

/** @throws ServiceException `ValidationError` */
export function expectName(field: string, name: string, limit: number): void {
  if (!/^[\w+=,.@-]+$/.test(name) || name.length > limit)
    throw createAwsError('ValidationError', `Value '${name}' at '${field}' failed to satisfy constraint`);
}

/** @throws ServiceException `ValidationError` */
export function expectPath(path: string): void {
  if (!/^\/([\x21-\x7e]*\/)?$/.test(path))
    throw createAwsError('ValidationError', `Value '${path}' at 'path' failed to satisfy constraint`);
}
