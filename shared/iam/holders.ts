import { type Principal, type Statement, toArray, toPrincipalMap } from './document.ts';
import { splitArn } from './engine/arns.ts';
import { accountsNamed, listRequirements, mustExist, type Requirement } from './organization-conditions.ts';

/**
 * Somebody who gets access by an Allow statement: a principal or a group of principals. Without a role, user or
 * service, it is an account as a whole.
 */
export interface Holder {
  readonly accountId?: string;
  /**
   * The id of an organization, or the path of an OU. It stands for all accounts in it, which the statement does not
   * list.
   */
  readonly organization?: string;
  /** The name of a role, with its path. It may be a pattern with wildcards. */
  readonly role?: string;
  readonly user?: string;
  /** A service principal. With `accountId`, only when it acts for that account. */
  readonly service?: string;
  /** Any other principal: an identity provider, a session, a canonical user, or the id of a deleted principal. */
  readonly other?: string;
  /** Set if any principal at all gets access, within the conditions of the statement. */
  readonly everybody?: true;
}

/**
 * Who gets access by an Allow statement: by its `Principal`, and by conditions that limit it. Conditions that this
 * function does not understand are ignored. So the list may be too long, but nobody is missing. Pure.
 */
export function listHolders(statement: Statement): readonly Holder[] {
  const requirements = listRequirements(statement.Condition ?? {}).filter(({ operator }) =>
    mustExist(operator),
  );
  if (statement.Principal === undefined) return [{ everybody: true }];
  return listNamed(statement.Principal).flatMap((holder) => narrow(holder, requirements));
}

function listNamed(principal: Principal): readonly Holder[] {
  if (principal === '*') return [{ everybody: true }];
  return Object.entries(toPrincipalMap(principal)).flatMap(([type, names]) =>
    toArray(names).map((name) => toHolder(type, name)),
  );
}

function toHolder(type: string, name: string): Holder {
  if (name === '*') return { everybody: true };
  if (type === 'Service') return { service: name };
  return type === 'AWS' ? toAwsHolder(name) : { other: name };
}

/** The holder for an ARN or account id in a `Principal`. */
export function toAwsHolder(name: string): Holder {
  if (/^\d{12}$/.test(name)) return { accountId: name };
  const [, , service, , accountId = '', resource = ''] = splitArn(name);
  const [, kind, entity = ''] = /^(role|user)\/(.+)$/.exec(resource) ?? [];
  if (service !== 'iam' || !/^\d{12}$/.test(accountId)) return { other: name };
  if (resource === 'root') return { accountId };
  if (kind === undefined) return { other: name };
  return kind === 'role' ? { accountId, role: entity } : { accountId, user: entity };
}

type Narrowing = (holder: Holder, requirements: readonly Requirement[]) => readonly Holder[];

const narrow: Narrowing = (holder, requirements) => {
  if (holder.service !== undefined) return narrowService(holder, requirements);
  if (holder.everybody)
    return narrowEverybody(requirements).flatMap((each) => narrowRoles(each, requirements));
  return narrowRoles(holder, requirements);
};

/** Limits a service to the accounts for which it may act. */
const narrowService: Narrowing = (holder, requirements) => {
  const accounts = requirements.flatMap((each) => accountsNamed('source', each)).filter(isDefined);
  const places =
    accounts.length > 0 ? accounts.map((accountId) => ({ accountId })) : placesOf('source', requirements);
  return places.length === 0 ? [holder] : places.map((scope) => ({ ...holder, ...scope }));
};

function narrowEverybody(requirements: readonly Requirement[]): readonly Holder[] {
  const accounts = requirements.flatMap((each) => accountsNamed('principal', each)).filter(isDefined);
  if (accounts.length > 0) return accounts.map((accountId) => ({ accountId }));
  const places = placesOf('principal', requirements);
  return places.length > 0 ? places : [{ everybody: true }];
}

/** The OUs in the conditions, or the organization if they name no OU. */
function placesOf(whose: 'principal' | 'source', requirements: readonly Requirement[]): readonly Holder[] {
  const valuesOf = (name: string) =>
    requirements.flatMap(({ key, values }) => (key === `aws:${whose}${name}` ? values : []));
  const paths = valuesOf('orgpaths');
  return (paths.length > 0 ? paths : valuesOf('orgid')).map((organization) => ({ organization }));
}

/** Limits an account or an organization to the roles in the conditions. */
const narrowRoles: Narrowing = (holder, requirements) => {
  const patterns = requirements.flatMap(({ key, values }) => (key === 'aws:principalarn' ? values : []));
  if (
    patterns.length === 0 ||
    holder.role !== undefined ||
    holder.user !== undefined ||
    holder.other !== undefined
  )
    return [holder];
  return patterns.flatMap((pattern) => narrowToArn(holder, pattern));
};

function narrowToArn(holder: Holder, pattern: string): readonly Holder[] {
  const [, , , , accountId = '', resource = ''] = splitArn(pattern);
  const [, kind, name = ''] = /^(role|user)\/(.+)$/.exec(resource) ?? [];
  if (kind === undefined) return [holder];
  const isFixed = /^\d{12}$/.test(accountId);
  if (isFixed && holder.accountId !== undefined && holder.accountId !== accountId) return [];
  const { everybody, ...scope } = holder;
  const within = isFixed ? { ...scope, accountId } : { ...scope, ...(everybody ? { everybody } : {}) };
  return [kind === 'role' ? { ...within, role: name } : { ...within, user: name }];
}

const isDefined = <T>(value: T | undefined): value is T => value !== undefined;
