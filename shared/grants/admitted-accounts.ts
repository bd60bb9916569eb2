import { isMember } from '../accounts/membership.ts';
import { findAccountIds } from '../iam/accounts.ts';
import { evaluateConditions } from '../iam/conditions.ts';
import type { Statement } from '../iam/document.ts';
import type { AccessRequest } from '../iam/evaluate.ts';
import type { Account } from '../platform/account.ts';
import { getOrganizationKeys, listAccountIds } from './principals.ts';

/**
 * Ids of the accounts that statements of a grant let in. Whom a key of the organization holds, nobody can list: iterated,
 * the set then has the named accounts only, but it has every account. So no write is taken for one that adds accounts
 * which have the grant already, and none is left out in search of a principal that AWS refuses.
 */
export function getAdmittedAccounts(statements: readonly Statement[]): ReadonlySet<string> {
  const named = statements.map((statement) => findAccountIds(whoMay(statement)));
  const all = named.flatMap((ids) => [...ids]);
  const unlisted = statements.filter((statement, index) => isHeld(statement) && named[index]?.size === 0);
  return unlisted.length > 0 ? new Everybody(all, unlisted) : new Set(all);
}

class Everybody extends Set<string> {
  readonly #unlisted: readonly Statement[];

  constructor(named: readonly string[], unlisted: readonly Statement[]) {
    super(named);
    this.#unlisted = unlisted;
  }

  override has(): boolean {
    return true;
  }

  names(id: string): boolean {
    return super.has(id);
  }

  holds(account: Account): boolean {
    return isMember(account) && this.#unlisted.some((statement) => holds(statement, account));
  }
}

/** Ids of those whom `getAdmittedAccounts` gave: the named ones, and of `accounts` the members whom a condition lets in. */
export const listAdmitted = (
  admitted: ReadonlySet<string>,
  accounts: readonly Account[],
): readonly string[] =>
  admitted instanceof Everybody
    ? [...new Set([...admitted, ...listAccountIds(accounts.filter((account) => admitted.holds(account)))])]
    : [...admitted];

/** Whether a condition on the organization lets accounts in that nobody can list. */
export const isOpenToOrganization = (admitted: ReadonlySet<string>): boolean => admitted instanceof Everybody;

/** Whether an account is let in by its id. */
export const isAdmittedById = (admitted: ReadonlySet<string>, id: string): boolean =>
  admitted instanceof Everybody ? admitted.names(id) : admitted.has(id);

const organizationKey = /^aws:(principal|source|resource)(orgid|orgpaths|account)$/i;

/** By the keys of the organization alone: what else a statement asks for depends on the request. */
function holds({ Condition = {} }: Statement, account: Account): boolean {
  const blocks = Object.entries(Condition).map(([operator, block]) => {
    const keys = Object.entries(block).filter(([key]) => organizationKey.test(key));
    return [operator, Object.fromEntries(keys)] as const;
  });
  const ids = blocks.flatMap(([, block]) =>
    Object.entries(block).flatMap(([key, value]) => (/orgid$/i.test(key) ? String(value) : [])),
  );
  const context: AccessRequest['context'] = Object.assign(
    {},
    ...(['Principal', 'Source', 'Resource'] as const).map((whose) => ({
      [`aws:${whose}Account`]: account.id,
      ...getOrganizationKeys(whose, account, { organizationId: ids[0] ?? '' }),
    })),
  );
  return evaluateConditions(Object.fromEntries(blocks), { enabled: false, context }) === 'yes';
}

const isHeld = ({ Condition = {} }: Statement): boolean =>
  Object.values(Condition).some((block) =>
    Object.keys(block).some((key) => /^aws:(principal|source|resource)orgid$/i.test(key)),
  );

/** The part of a statement that says who may; a bucket's, a folder's or a role's name can hold an account id too. */
function whoMay({ Effect, Principal, Condition = {} }: Statement): Statement {
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
