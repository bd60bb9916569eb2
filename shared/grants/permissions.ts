import type { GrantContext, KindActions, Permission, ResourceRef, ResourceSearch } from './contract.ts';

interface OnOneArn {
  readonly actions: KindActions;
  /** The ARN of a resource; `*` in its id stays a wildcard. */
  readonly formatArn: (ref: ResourceRef, context: GrantContext) => string;
}

/**
 * All actions of a kind, on the one ARN that each of its resources has. A pattern of names is one of IAM's, too. What tags
 * tell is every resource of the kind in that account and region: with `aws:ResourceTag`, one that has lost the tag would be
 * out of the role's reach, and keep for ever what it was given.
 */
export function createArnPermissions(
  { actions, formatArn }: OnOneArn,
  on: ResourceRef | ResourceSearch,
  context: GrantContext,
): readonly Permission[] {
  const resource = formatArn(toWildcardRef(on), context);
  return [
    { actions: [...actions.read, ...actions.write, ...(actions.identify ?? [])], resources: [resource] },
  ];
}

/** What a search can find, as a resource with a wildcard in its id. */
export function toWildcardRef(on: ResourceRef | ResourceSearch): ResourceRef {
  if ('id' in on) return on;
  const { kind, accountId, region, pattern } = on;
  return { kind, accountId, region, id: 'name' in pattern ? pattern.name : '*' };
}
