import type { Configuration } from '../configuration/schema.ts';
import type { Permission } from '../grants/contract.ts';
import { adviseQuotaIncrease } from '../grants/quotas.ts';
import { currentVersion, type PolicyDocument, type Statement } from '../iam/document.ts';
import { measurePolicy } from '../iam/size.ts';
import { PolicyTooLargeError } from '../platform/aws/errors.ts';

/**
 * Distributes permissions over as few managed policies as possible, in their order. A long list of resources may
 * continue in the next policy.
 * @throws PolicyTooLargeError if a role cannot have so many policies
 */
export function packSpokePolicies(
  permissions: readonly Permission[],
  { managedPolicyCharacters, managedPoliciesPerRole }: Configuration['limits'],
): readonly PolicyDocument[] {
  const documents: PolicyDocument[] = [];
  for (const { resources, ...permission } of permissions)
    for (const resource of resources) {
      const last = documents.at(-1);
      const longer = withResource(last, permission, resource);
      const fits = measurePolicy(longer, 'characters') <= managedPolicyCharacters;
      if (last !== undefined && fits) documents[documents.length - 1] = longer;
      else documents.push(withResource(undefined, permission, resource));
    }
  if (documents.length > managedPoliciesPerRole) throw tooMany(documents.length, managedPoliciesPerRole);
  return documents;
}

function withResource(
  document: PolicyDocument | undefined,
  { effect, actions, condition }: Omit<Permission, 'resources'>,
  resource: string,
): PolicyDocument {
  const statements = document?.Statement ?? [];
  const last = statements.at(-1);
  const Effect = effect ?? 'Allow';
  const goesOn = last?.Effect === Effect && last.Action === actions && last.Condition === condition;
  const statement: Statement = {
    Effect,
    Action: actions,
    Resource: [...(goesOn ? [last?.Resource ?? []].flat() : []), resource],
    ...(condition === undefined ? {} : { Condition: condition }),
  };
  return { Version: currentVersion, Statement: [...statements.slice(0, goesOn ? -1 : undefined), statement] };
}

const tooMany = (count: number, limit: number): PolicyTooLargeError =>
  new PolicyTooLargeError(
    `The spoke role would need ${count} managed policies, and limits.managedPoliciesPerRole is ${limit}. Select resources by ` +
      `patterns instead of naming each one${adviseQuotaIncrease('managedPoliciesPerRole', count)}`,
    { count, limit },
  );
