import type { OrganizationCheck } from '../../shared/reconcile/check-organization.ts';
import type { AccessFacts, AccountFacts } from './facts.ts';
import type { Indexes } from './indexes.ts';
import { toTemplate } from './text-template.ts';

/** Accesses of accounts that differ in nothing but the account become one entry. Pure. */
export function createAccessFacts(
  { accesses }: Pick<OrganizationCheck, 'accesses'>,
  accounts: readonly AccountFacts[],
  { findAccount, findResource, sets }: Indexes,
): readonly AccessFacts[] {
  const groups = new Map<
    string,
    { readonly access: Omit<AccessFacts, 'accounts'>; readonly indexes: number[] }
  >();
  for (const { result, central } of accesses) {
    const position = findAccount(result.accountId);
    const resource = findResource(result.resource);
    const account = position === undefined ? undefined : accounts[position];
    if (position === undefined || resource === undefined || account === undefined) continue;
    const { grant, role, status, reason } = result;
    const access = {
      grant,
      resource,
      who: toTemplate(result.who, account),
      what: toTemplate(result.what, account),
      ...(role === undefined ? {} : { role }),
      central,
      status,
      ...(reason === undefined ? {} : { reason: toTemplate(reason, account) }),
    };
    const key = JSON.stringify(access);
    const group = groups.get(key) ?? { access, indexes: [] };
    group.indexes.push(position);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ access, indexes }) => ({ ...access, accounts: sets.store(indexes) }));
}
