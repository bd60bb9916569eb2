import type { Configuration } from '../../shared/configuration/schema.ts';
import { findAccountIds } from '../../shared/iam/accounts.ts';
import type { AppliedPolicy } from '../../shared/iam/applied-policy.ts';
import type { Account } from '../../shared/platform/account.ts';
import type { OverallPlan, ResourceSnapshot } from '../../shared/reconcile/plan-all.ts';
import { listNamedPrincipals, type WhoCanEntry } from '../../shared/reconcile/who-can.ts';
import type { PrincipalFacts } from './facts.ts';
import type { Indexes } from './indexes.ts';

/** Who may use each resource, by the policies that the plan has read, and the grant that lets them. Pure. */
export function createPrincipalFacts(
  { resources, active: { configuration }, accounts }: OverallPlan,
  indexes: Indexes,
): readonly PrincipalFacts[] {
  const byId = new Map(accounts.map((account) => [account.id, account]));
  return resources.flatMap((snapshot) =>
    listPrincipals(snapshot, { configuration, accounts: byId }, indexes),
  );
}

interface Known {
  readonly configuration: Configuration;
  readonly accounts: ReadonlyMap<string, Account>;
}

function listPrincipals(
  { desired: { key, kind, ref }, actual }: ResourceSnapshot,
  known: Known,
  indexes: Indexes,
): readonly PrincipalFacts[] {
  const resource = indexes.findResource(key);
  if (resource === undefined || actual === undefined) return [];
  const policies = Object.entries(actual).flatMap(([name, document]) =>
    document === undefined ? [] : [{ kind: kind.policyKind, name, document }],
  );
  const found =
    kind.policyKind === 'identity'
      ? policies.flatMap((policy) => listOwnStatements(policy, describeOwner(ref.id), known))
      : policies.flatMap((policy) => listNamed(policy, known, indexes));
  return found.map(({ entry, principal, ids }) => ({
    resource,
    principal,
    statement: entry.statement ?? entry.policy,
    actions: [...entry.actions],
    ...getSource(entry),
    accounts: indexes.sets.store(ids.flatMap((id) => indexes.findAccount(id) ?? [])),
  }));
}

/** A statement, what it lets in, and the accounts that it names. */
interface Named {
  readonly entry: WhoCanEntry;
  readonly principal: string;
  readonly ids: readonly string[];
}

/** Principals that differ in nothing but the account become one entry. */
function listNamed(policy: AppliedPolicy, known: Known, { findAccount }: Indexes): readonly Named[] {
  const entries = listNamedPrincipals(policy, known).map((entry) => ({
    entry,
    principal: describe(entry, findAccount),
  }));
  const groups = Map.groupBy(entries, ({ entry, principal }) => `${entry.statement}\n${principal}`);
  return [...groups.values()].flatMap((group) => {
    const ids = group.flatMap(({ entry }) => entry.accountId ?? []);
    return group.slice(0, 1).map((first) => ({ ...first, ids }));
  });
}

/** The policy of a group or role has no principal. Its statements name the accounts with the roles to assume. */
const listOwnStatements = (policy: AppliedPolicy, principal: string, known: Known): readonly Named[] =>
  policy.document.Statement.flatMap((statement) => {
    const document = { ...policy.document, Statement: [statement] };
    return listNamedPrincipals({ ...policy, document }, known)
      .slice(0, 1)
      .map((entry) => ({ entry, principal, ids: [...findAccountIds(statement)] }));
  });

/** A policy of a group or role lets this group or role act. */
function describeOwner(id: string): string {
  const [entity, ...name] = id.split('/');
  return entity === 'group' ? `people of group ${name.join('/')}` : `role ${name.join('/')}`;
}

function describe(entry: WhoCanEntry, findAccount: Indexes['findAccount']): string {
  const { accountId, organization, role, user, service, other, everybody } = entry;
  const place =
    accountId === undefined
      ? organization && `every account of ${organization}`
      : findAccount(accountId) === undefined
        ? `account ${accountId}, which the registry does not have`
        : '{account}';
  const within = place === undefined ? '' : ` of ${place}`;
  if (role !== undefined) return `role ${role}${within}`;
  if (user !== undefined) return `user ${user}${within}`;
  if (service !== undefined) return place === undefined ? service : `${service} for ${place}`;
  if (everybody) return 'everybody, within the conditions of the statement';
  return other ?? place ?? 'nobody';
}

function getSource({ grant, managed }: WhoCanEntry): Pick<PrincipalFacts, 'source' | 'grant'> {
  if (grant !== undefined) return { source: 'grant', grant };
  return { source: managed ? 'former-grant' : 'unmanaged' };
}
