import { type Statement, toArray } from '../iam/document.ts';

/** In the place of an account id in an ARN. */
export const anyAccount = '*';

/** One account's place in a statement of a policy, or that of all accounts together. */
export interface RoleEntry {
  readonly sid: string;
  /** Or `anyAccount`. */
  readonly accountId: string;
  /** What stands in the statement for it: the ARN of its role, or its id. */
  readonly text: string;
}

const accountKey = 'aws:ResourceAccount';

/**
 * Lets a statement name the role of any account, and its slots be ids in a condition: in a third of the room that their
 * ARNs take. The same roles are meant: the key is whose the role is. Source: IAM user guide, "AWS global condition context
 * keys", which lists the actions without the key, none of STS; that AssumeRole has it is not confirmed beyond that.
 */
export const nameByAccountIds = (statement: Statement, anyRole: string): Statement => ({
  ...statement,
  Resource: anyRole,
  Condition: {
    ...statement.Condition,
    StringEquals: { ...statement.Condition?.StringEquals, [accountKey]: [] },
  },
});

/** The ids in the condition of a statement that was made so. */
function idsIn({ Condition }: Statement): readonly string[] | undefined {
  const ids = Condition?.StringEquals?.[accountKey];
  return ids === undefined ? undefined : toArray(ids).map(String);
}

/** Whether the accounts of a statement stand in its condition. */
export const hasAccountIds = (statement: Statement): boolean => idsIn(statement) !== undefined;

/** In the order of their texts, so that the document does not depend on who came first. */
export function withRoleEntries(statement: Statement, slots: readonly RoleEntry[]): Statement {
  const texts = slots.map(({ text }) => text).sort();
  if (!hasAccountIds(statement)) return { ...statement, Resource: texts };
  const { Condition } = statement;
  return {
    ...statement,
    Condition: { ...Condition, StringEquals: { ...Condition?.StringEquals, [accountKey]: texts } },
  };
}

/** The accounts whose roles a statement names, with the resource that names each. */
export function listRoleAccounts(
  statement: Statement,
): readonly { readonly accountId: string; readonly resource: string }[] {
  const ids = idsIn(statement);
  return toArray(statement.Resource ?? []).flatMap((resource) => {
    const accountId = /^arn:[^:]*:iam::(\d{12}|\*):role\//.exec(resource)?.[1];
    if (accountId === undefined) return [];
    return (accountId === anyAccount ? (ids ?? [anyAccount]) : [accountId]).map((id) => ({
      accountId: id,
      resource,
    }));
  });
}

/** The slots that a statement has now. */
export const listRoleEntries = (statement: Statement): readonly RoleEntry[] =>
  listRoleAccounts(statement).map(({ accountId, resource }) => ({
    sid: statement.Sid ?? '',
    accountId,
    text: hasAccountIds(statement) ? accountId : resource,
  }));
