import type { GrantContext, Permission, ResourceRef, ResourceSearch } from './contract.ts';
import type { KindActions } from './kind-actions.ts';

interface OnOneArn {
  readonly actions: KindActions;
  /** The ARN of a resource. A `*` in its id stays, as a wildcard of IAM. */
  readonly formatArn: (ref: ResourceRef, context: GrantContext) => string;
}

/**
 * All actions of a kind, each on the ARNs of its resources. A pattern of names becomes an ARN with wildcards. A pattern
 * of tags allows every resource of the kind in the account and region. A condition on `aws:ResourceTag` would be too
 * narrow: if a resource lost its tag, the spoke role could not remove the grant from it.
 */
export function createArnPermissions(
  { actions, formatArn }: OnOneArn,
  on: ResourceRef | ResourceSearch,
  context: GrantContext,
): readonly Permission[] {
  const resource = formatArn(toWildcardRef(on), context);
  return [
    { actions: [...actions.read, ...actions.write, ...(actions.identify ?? [])], resources: [resource] },
    ...(actions.never ?? []).map(
      ({ action, condition }): Permission => ({
        effect: 'Deny',
        actions: [action],
        resources: [formatArn({ ...toWildcardRef(on), region: '*', id: '*' }, context)],
        condition,
      }),
    ),
  ];
}

/** Converts a search to a resource with a wildcard in its id, which stands for all matches. */
export function toWildcardRef(on: ResourceRef | ResourceSearch): ResourceRef {
  if ('id' in on) return on;
  const { kind, accountId, region, pattern } = on;
  return { kind, accountId, region, id: 'name' in pattern ? pattern.name : '*' };
}
