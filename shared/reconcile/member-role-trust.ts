import { getGrantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import { createTrustPolicy } from '../grants/member-roles/trust-policy.ts';
import type { Statement } from '../iam/document.ts';
import { isSameStatement } from '../iam/equality.ts';
import { getPartitionFacts } from '../platform/partitions.ts';

/** The member role with the given ARN, if the configuration puts the given statement into its trust policy. Pure. */
export function findTrustingMemberRole(
  statement: Statement,
  arn: string,
  configuration: Configuration,
): string | undefined {
  const [, partition = '', accountId, name] = /^arn:([^:]*):iam::(\d{12}):role\/(.+)$/.exec(arn) ?? [];
  const role = configuration.memberRoles?.find((each) => each.name === name);
  if (role === undefined || accountId === undefined) return undefined;
  const { Statement: expected } = createTrustPolicy(role, getGrantContext(configuration), {
    accountId,
    dnsSuffix: getPartitionFacts(partition).dnsSuffix,
  });
  return expected.some((each) => isSameStatement(each, statement)) ? role.name : undefined;
}
