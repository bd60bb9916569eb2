import type { Conditions } from '../policy/document.ts';
import type { GrantContext, Permission, ResourceRef, ResourceSearch } from './contract.ts';

interface OnOneArn {
  readonly actions: { readonly read: readonly string[]; readonly write: readonly string[] };
  /** The ARN of a resource; `*` in its id stays a wildcard. */
  readonly arn: (ref: ResourceRef, context: GrantContext) => string;
}

/**
 * All actions of a kind, on the one ARN that each of its resources has. A pattern of names is one of IAM's, too; what
 * tags tell, IAM holds by `aws:ResourceTag`, so a resource that lost the tag is out of the role's reach.
 */
export function onArn(
  { actions, arn }: OnOneArn,
  on: ResourceRef | ResourceSearch,
  context: GrantContext,
): readonly Permission[] {
  const condition = 'pattern' in on && 'tags' in on.pattern ? taggedWith(on.pattern.tags) : undefined;
  return [
    {
      actions: [...actions.read, ...actions.write],
      resources: [arn({ kind: on.kind, accountId: on.accountId, region: on.region, id: idOf(on) }, context)],
      ...(condition === undefined ? {} : { condition }),
    },
  ];
}

function idOf(on: ResourceRef | ResourceSearch): string {
  if ('id' in on) return on.id;
  return 'name' in on.pattern ? on.pattern.name : '*';
}

/** `${$}` is a dollar sign, which could else begin a variable (IAM user guide, "IAM policy elements: Variables and tags"). */
const taggedWith = (tags: Readonly<Record<string, readonly string[]>>): Conditions => ({
  StringEquals: Object.fromEntries(
    Object.entries(tags).map(([key, values]) => [
      `aws:ResourceTag/${key}`,
      values.map((value) => value.replaceAll('$', '${$}')).sort(),
    ]),
  ),
});
