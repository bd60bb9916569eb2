import { type Statement, toArray } from '../iam/document.ts';

/** Takes the position of an account id in an ARN. */
export const anyAccount = '*';

/** One account's entry in a statement of a policy, or the entry for all accounts together. */
export interface RoleEntry {
  readonly sid: string;
  /** Or `anyAccount`. */
  readonly accountId: string;
  /** The text in the statement: the ARN of the role, or the account id. */
  readonly text: string;
}

const accountKey = 'aws:ResourceAccount';

/**
 * Lets a statement name a role of any account, with account ids in a condition, which need a third of the space of
 * ARNs. The statement covers equal roles: the key gives the account that owns the role. Source: IAM user guide, "AWS
 * global condition context keys". The page lists the actions without the key, and none is an action of STS. No page
 * confirms that AssumeRole has the key.
 */
export const nameByAccountIds = (statement: Statement, anyRole: string): Statement => ({
  ...statement,
  Resource: anyRole,
  Condition: {
    ...statement.Condition,
    StringEquals: { ...statement.Condition?.StringEquals, [accountKey]: [] },
  },
});

/** The ids in the condition of a statement with account ids. */
function idsIn({ Condition }: Statement): readonly string[] | undefined {
  const ids = Condition?.StringEquals?.[accountKey];
  return ids === undefined ? undefined : toArray(ids).map(String);
}

/** Whether the condition of a statement lists its accounts. */
export const hasAccountIds = (statement: Statement): boolean => idsIn(statement) !== undefined;

/** Ordered by text, so that the document does not depend on the order in which accounts arrived. */
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
