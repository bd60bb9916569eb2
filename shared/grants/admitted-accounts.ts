import { isMember } from '../accounts/membership.ts';
import { findAccountIds } from '../iam/accounts.ts';
import type { Statement } from '../iam/document.ts';
import { judgeConditions } from '../iam/judge-conditions.ts';
import type { ContextValues } from '../iam/request.ts';
import type { Account } from '../platform/account.ts';
import type { AdmittedAccounts } from './contract.ts';
import { getOrganizationKeys, listAccountIds } from './principals.ts';

export function getAdmittedAccounts(statements: readonly Statement[]): AdmittedAccounts {
  const named = statements.map((statement) => findAccountIds(toPrincipalPart(statement)));
  const all = new Set(named.flatMap((ids) => [...ids]));
  const unlisted = statements.filter((statement, index) => isHeld(statement) && named[index]?.size === 0);
  return unlisted.length > 0 ? admitOrganization(all, unlisted) : admitNamed(all);
}

export const admitNamed = (named: ReadonlySet<string>): AdmittedAccounts => ({
  named,
  isOpenToOrganization: false,
  mayAdmit: (id) => named.has(id),
  listAmong: () => [...named],
});

/**
 * The accounts of a grant whose statements name no account and have no condition on accounts: one caller does the work
 * for all members. Example: an organization trail.
 */
export const admitMembers: AdmittedAccounts = {
  named: new Set(),
  isOpenToOrganization: true,
  mayAdmit: () => true,
  listAmong: (accounts) => listAccountIds(accounts.filter(isMember)),
};

function admitOrganization(named: ReadonlySet<string>, unlisted: readonly Statement[]): AdmittedAccounts {
  const isAdmitted = (account: Account): boolean =>
    isMember(account) && unlisted.some((statement) => holds(statement, account));
  return {
    named,
    isOpenToOrganization: true,
    mayAdmit: () => true,
    listAmong: (accounts) => [...new Set([...named, ...listAccountIds(accounts.filter(isAdmitted))])],
  };
}

const organizationKey = /^aws:(principal|source|resource)(orgid|orgpaths|account)$/i;

/**
 * Whether the conditions of a statement admit an account. Only condition keys about accounts and organizations are
 * evaluated, because all other keys depend on the request.
 */
function holds({ Condition = {} }: Statement, account: Account): boolean {
  const blocks = Object.entries(Condition).map(([operator, block]) => {
    const keys = Object.entries(block).filter(([key]) => organizationKey.test(key));
    return [operator, Object.fromEntries(keys)] as const;
  });
  const ids = blocks.flatMap(([, block]) =>
    Object.entries(block).flatMap(([key, value]) => (/orgid$/i.test(key) ? String(value) : [])),
  );
  const context: ContextValues = Object.assign(
    {},
    ...(['Principal', 'Source', 'Resource'] as const).map((whose) => ({
      [`aws:${whose}Account`]: account.id,
      ...getOrganizationKeys(whose, account, { organizationId: ids[0] ?? '' }),
    })),
  );
  return judgeConditions(Object.fromEntries(blocks), context) === 'yes';
}

const isHeld = ({ Condition = {} }: Statement): boolean =>
  Object.values(Condition).some((block) =>
    Object.keys(block).some((key) => /^aws:(principal|source|resource)orgid$/i.test(key)),
  );

/**
 * The part of a statement that decides which accounts it admits. An account id elsewhere, such as in a bucket name,
 * does not count.
 */
function toPrincipalPart({ Effect, Principal, Condition = {} }: Statement): Statement {
  const conditions = Object.entries(Condition)
    .filter(([operator]) => !/not(equals|like)/i.test(operator))
    .map(([operator, block]) => [
      operator,
      Object.fromEntries(Object.entries(block).filter(([key]) => key.toLowerCase() !== 'aws:principalarn')),
    ]);
  return {
    Effect,
    ...(Principal === undefined ? {} : { Principal }),
    Condition: Object.fromEntries(conditions),
  };
}
