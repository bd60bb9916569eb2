import { isMember, isUnreadable } from '../accounts/membership.ts';
import { matchesSelector } from '../accounts/selector.ts';
import type { Conditions, PrincipalMap, Statement } from '../iam/document.ts';
import { type AccessRequest, absent, type ContextValues } from '../iam/request.ts';
import { type Account, formatAccount } from '../platform/account.ts';
import type { Access } from './access.ts';
import type { GrantContext, ResourceRef, Share } from './contract.ts';
import type { GrantEntry, Match } from './grant-schema.ts';
import { listRoleNames } from './member-roles/references.ts';

/**
 * The accounts as principals. A statement names the account root and never a role, because AWS rejects a policy that
 * names a deleted role.
 */
export const toAccountPrincipals = (
  accounts: readonly Account[],
  { partition }: GrantContext,
): PrincipalMap => ({
  AWS: accounts.map(({ id }) => `arn:${partition}:iam::${id}:root`),
});

export const listAccountIds = (accounts: readonly Account[]): readonly string[] =>
  accounts.map(({ id }) => id);

/**
 * Joins conditions so that all of them must be satisfied. If two of them have the same operator and key, the later
 * value replaces the earlier one.
 */
export function joinConditions(...conditions: readonly (Conditions | undefined)[]): {
  readonly Condition?: Conditions;
} {
  const joined: Record<string, Conditions[string]> = {};
  for (const condition of conditions)
    for (const [operator, block] of Object.entries(condition ?? {}))
      joined[operator] = { ...joined[operator], ...block };
  return Object.keys(joined).length === 0 ? {} : { Condition: joined };
}

/** A condition that limits a statement to some roles of its accounts. Without `roles`, there is no condition. */
const onlyRoles = (
  roles: readonly string[] | undefined,
  { partition }: GrantContext,
): { readonly Condition?: Conditions } =>
  roles === undefined
    ? {}
    : {
        Condition: {
          ArnLike: { 'aws:PrincipalArn': roles.map((role) => `arn:${partition}:iam::*:role/${role}`) },
        },
      };

/**
 * How statements name the accounts of a grant. Usually by the grant's `match`. If the removal of an account is blocked,
 * the grant must keep an account that its selector does not match any more. A condition cannot do that. So the
 * statements list all accounts until an operator decides. Unreadable accounts are ignored, because nobody knows whether
 * the selector matches them.
 */
export const matchOf = ({ entry, accounts }: Share<GrantEntry>): Match =>
  accounts.every(
    (account) => isUnreadable(account) || (isMember(account) && matchesSelector(entry.for, account)),
  )
    ? (entry.match ?? 'accounts')
    : 'accounts';

/**
 * The account that an organization key is about: the caller's (`Principal`), the account that a service acts for
 * (`Source`), or the resource's.
 */
export type OrganizationKeySubject = 'Principal' | 'Source' | 'Resource';

export interface Members {
  readonly entry: GrantEntry;
  readonly match: Match;
  readonly accounts: readonly Account[];
  readonly context: GrantContext;
}

/** The form in which a condition lists account ids, for grants that allow it. See `createPrincipalParts`. */
export const inCondition = 'condition';

/**
 * A condition that limits a statement to the organization, or to OUs. The path of an account is like
 * `o-…/r-…/ou-…/ou-…/`, with a slash at the end. An OU id occurs only once in an organization. So `o-…/*` + `/ou-…/*`
 * matches the accounts in the OU and in all OUs below it. The condition also names the organization, because S3 calls a
 * statement public if its only fixed value has a wildcard. Sources: IAM user guide, "AWS global condition context keys"
 * and "Understand the AWS Organizations entity path"; Organizations API reference, "OrganizationalUnit"; S3 user guide,
 * "The meaning of public".
 */
export function restrictToOrganization(
  whose: OrganizationKeySubject,
  { entry, match, context }: Members,
): Conditions {
  const { organizationId } = context;
  const organization = { StringEquals: { [`aws:${whose}OrgID`]: organizationId } };
  if (match !== 'ou') return organization;
  const paths = (entry.for.ous ?? []).map((ou) => `${organizationId}/*/${ou}/*`);
  return { ...organization, 'ForAnyValue:StringLike': { [`aws:${whose}OrgPaths`]: paths } };
}

/** A condition that limits a service to the accounts that it may act for. */
export const restrictSources = (members: Members): Conditions =>
  members.match === 'accounts'
    ? { StringEquals: { 'aws:SourceAccount': listAccountIds(members.accounts) } }
    : restrictToOrganization('Source', members);

interface Part {
  readonly part: string;
  readonly statement: Statement;
}

/**
 * The statements for principals of the accounts, or for some roles of the accounts.
 *
 * If a grant allows it, a condition lists the ids of the accounts, because ids need less than half the space of root
 * ARNs. The condition also has `aws:PrincipalOrgID`: without it, S3 may call the statement public.
 *
 * `{"AWS":"*"}` admits each principal directly. A principal of the resource's own account then needs no policy of its
 * own. The root of an account, however, only lets the account's own policies decide. So the statement with the wildcard
 * excludes the resource's own account, and a second statement names the root of that account. Source: IAM user guide,
 * "Policy evaluation logic" (within a single account).
 */
export function createPrincipalParts(
  request: Members & { readonly ref: ResourceRef; readonly packing: string },
  { part, statement, roles }: Part & { readonly roles?: readonly string[] | undefined },
): readonly Part[] {
  const { entry, match, packing, accounts, ref, context } = request;
  const narrowed = joinConditions(statement.Condition, onlyRoles(roles, context).Condition).Condition;
  const listed = (who: readonly Account[]): Statement => ({
    ...statement,
    Principal: toAccountPrincipals(who, context),
    ...joinConditions(narrowed),
  });
  const held = (...conditions: readonly (Conditions | undefined)[]): Statement => ({
    ...statement,
    Principal: { AWS: '*' },
    ...joinConditions(narrowed, ...conditions),
  });
  const own = accounts.filter(({ id }) => id === ref.accountId);
  if (match !== 'accounts') {
    const others = own.length === 0 ? undefined : { StringNotEquals: { [accountKey]: ref.accountId } };
    const everybody = { part, statement: held(restrictToOrganization('Principal', request), others) };
    return [everybody, ...named(part, own, listed)];
  }
  if (packing !== inCondition || entry.accountsIn !== 'condition')
    return [{ part, statement: listed(accounts) }];
  // An account that left the organization and keeps its access for now is listed by its root. It is no member, so the
  // condition on the organization would not match it.
  const isHeld = ({ id, state }: Account): boolean => id !== ref.accountId && state !== 'DEPARTED';
  const byCondition = accounts.filter(isHeld);
  const byRoot = accounts.filter((account) => !isHeld(account));
  const ids = { StringEquals: { [accountKey]: listAccountIds(byCondition) } };
  return [
    ...(byCondition.length === 0
      ? []
      : [{ part, statement: held(restrictToOrganization('Principal', request), ids) }]),
    ...named(part, byRoot, listed),
  ];
}

const accountKey = 'aws:PrincipalAccount';

/** A statement that lists accounts by their roots, for accounts that the condition cannot admit. */
const named = (part: string, who: readonly Account[], listed: (who: readonly Account[]) => Statement) =>
  who.length === 0 ? [] : [{ part: `${part}-own`, statement: listed(who) }];

/** The organization keys that a request of this account has. None if the account has left the organization. */
export const getOrganizationKeys = (
  whose: OrganizationKeySubject,
  { state, parentIds }: Account,
  { organizationId }: Pick<GrantContext, 'organizationId'>,
): ContextValues =>
  state === 'DEPARTED'
    ? { [`aws:${whose}OrgID`]: absent, [`aws:${whose}OrgPaths`]: absent }
    : {
        [`aws:${whose}OrgID`]: organizationId,
        [`aws:${whose}OrgPaths`]: [`${[organizationId, ...parentIds].join('/')}/`],
      };

/**
 * An access that depends on the central policy alone: the account lets a service use the resource, or its
 * administrators choose the roles that use it.
 */
export const createCentralAccess = (account: Account, what: string, request: AccessRequest): Access => ({
  who: formatAccount(account),
  what: `let ${what}`,
  request,
});

/**
 * The accesses of an account by an entry: one for each of its `roles` and `memberRoles`. Without these fields, one for
 * the whole account.
 */
export function createRoleAccesses(
  entry: Parameters<typeof listRoleNames>[0],
  account: Account,
  context: GrantContext,
  { what, keyUse, ...asked }: Pick<Access, 'what' | 'keyUse'> & RequestedAction,
): readonly Access[] {
  const roles = listRoleNames(entry, context);
  const withKey = keyUse === undefined ? {} : { keyUse };
  if (roles === undefined)
    return [
      {
        ...createCentralAccess(account, `its roles ${what}`, createAccountRequest(account, context, asked)),
        ...withKey,
      },
    ];
  return roles.map((role) => ({
    who: `Role ${role} of ${formatAccount(account)}`,
    what,
    request: createAccountRequest(account, context, { ...asked, role }),
    member: { role, part: 'sends' },
    ...withKey,
  }));
}

/**
 * The action and the resource of a request. `on` has the account and region of a resource whose ARN has none, such as a
 * bucket.
 */
interface RequestedAction {
  readonly action: string;
  readonly resource: string;
  readonly on?: ResourceRef;
  readonly context?: ContextValues;
}

const toRequested = ({ action, resource, on }: RequestedAction) => ({
  action,
  resource,
  ...(on === undefined ? {} : { resourceAccount: on.accountId, region: on.region }),
});

/**
 * A request of one role of the account. A `*` in the role's name is a literal character here. Without `role`, a request
 * of the account as a whole.
 */
export function createAccountRequest(
  account: Account,
  context: GrantContext,
  asked: RequestedAction & { readonly role?: string },
): AccessRequest {
  const role = asked.role?.replaceAll('*', 'Any');
  return {
    principal:
      role === undefined
        ? { type: 'account', accountId: account.id }
        : { type: 'role', arn: `arn:${context.partition}:iam::${account.id}:role/${role}` },
    ...toRequested(asked),
    context: { ...getOrganizationKeys('Principal', account, context), ...asked.context },
  };
}

/**
 * A request that an AWS service sends on behalf of the account. With `in`, the account is a member of that
 * organization.
 */
export const createServiceRequest = (
  service: string,
  account: Account,
  asked: RequestedAction & {
    readonly sourceArn: string;
    readonly in?: GrantContext;
    /** The account id that the service sends in the request. Default: the account that it acts for. */
    readonly sourceAccount?: string;
  },
): AccessRequest => ({
  principal: {
    type: 'service',
    service,
    sourceAccount: asked.sourceAccount ?? account.id,
    sourceArn: asked.sourceArn,
  },
  ...toRequested(asked),
  context: {
    ...(asked.in === undefined ? {} : getOrganizationKeys('Source', account, asked.in)),
    ...asked.context,
  },
});
