import { type Statement, toArray } from '../iam/document.ts';

/** Stands for every account, in an ARN and in a `RoleEntry`. */
export const anyAccount = '*';

/** What one account adds to a statement, or one entry for all accounts. */
export interface RoleEntry {
  readonly sid: string;
  /** The id of the account, or `anyAccount`. */
  readonly accountId: string;
  /** What stands in the statement: the ARN of a role, or an account id. */
  readonly text: string;
}

const accountKey = 'aws:ResourceAccount';

/**
 * Changes a statement so that it names a role of any account, and a condition lists the account ids. An id needs a
 * third of the space of an ARN. `aws:ResourceAccount` is the account of the assumed role, so the access is the same.
 * Source: IAM user guide, "AWS global condition context keys". That page lists actions without this key, and no STS
 * action is among them. No page says directly that AssumeRole has the key.
 */
export const nameByAccountIds = (statement: Statement, anyRole: string): Statement => ({
  ...statement,
  Resource: anyRole,
  Condition: {
    ...statement.Condition,
    StringEquals: { ...statement.Condition?.StringEquals, [accountKey]: [] },
  },
});

/** The account ids that a statement lists in its condition. `undefined` if it lists none there. */
function idsIn({ Condition }: Statement): readonly string[] | undefined {
  const ids = Condition?.StringEquals?.[accountKey];
  return ids === undefined ? undefined : toArray(ids).map(String);
}

/** Whether a statement lists its accounts in a condition. */
export const hasAccountIds = (statement: Statement): boolean => idsIn(statement) !== undefined;

/**
 * Adds entries to a statement. They are ordered by text, so that the order in which accounts arrive makes no
 * difference.
 */
export function withRoleEntries(statement: Statement, slots: readonly RoleEntry[]): Statement {
  const texts = slots.map(({ text }) => text).sort();
  if (!hasAccountIds(statement)) return { ...statement, Resource: texts };
  const { Condition } = statement;
  return {
    ...statement,
    Condition: { ...Condition, StringEquals: { ...Condition?.StringEquals, [accountKey]: texts } },
  };
}

/** The accounts in a statement, each with the `Resource` value that contains it. */
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

/** The entries that a statement has at present. */
export const listRoleEntries = (statement: Statement): readonly RoleEntry[] =>
  listRoleAccounts(statement).map(({ accountId, resource }) => ({
    sid: statement.Sid ?? '',
    accountId,
    text: hasAccountIds(statement) ? accountId : resource,
  }));
