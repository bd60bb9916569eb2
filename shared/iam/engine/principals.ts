import { memoizeByObject } from '../../platform/memoize.ts';
import { type Principal, type PrincipalMap, toArray, toPrincipalMap } from '../document.ts';
import { toCanonicalAccount } from '../normalize.ts';
import type { RequestPrincipal, RolePrincipal } from '../request.ts';
import { getArnName, splitArn } from './arns.ts';
import { getPrincipalAccount } from './request-facts.ts';
import { createUnknown, negateVerdict, toVerdict, type Verdict } from './verdict.ts';

/**
 * Three ways in which the principal of a statement matches the caller:
 * - `session`: the statement names the caller itself: a user, a session, a service, an identity provider, or
 *   everybody. Within one account, an Allow then needs no other policy.
 * - `role`: the statement names the role or user that the caller's session belongs to. A permissions boundary or
 *   session policy must then allow, too.
 * - `account`: the statement names the caller's account. The account's identity policies then decide about the
 *   caller.
 */
export type Grade = 'session' | 'role' | 'account';

export const grades: readonly Grade[] = ['session', 'role', 'account'];

/** Whether a statement matches the caller. One answer for each way to match. */
export type Grades = Readonly<Record<Grade, Verdict>>;

const nobody: Grades = { session: 'no', role: 'no', account: 'no' };
const directly: Grades = { ...nobody, session: 'yes' };

/**
 * Whether a `Principal` matches the caller, for each way to match.
 *
 * Sources: "AWS JSON policy elements: Principal"; "How AWS enforcement code logic evaluates requests to allow or deny
 * access" (resource-based policies).
 */
export function gradePrincipal(
  principal: Principal,
  caller: RequestPrincipal,
  canonicalUser?: string,
): Grades {
  const named = readNames(principal);
  if (named.everybody) return directly;
  switch (caller.type) {
    case 'anonymous':
      return named.has('AWS:*') ? directly : nobody;
    case 'service':
      return gradeOutsider(named, 'Service', caller.service);
    case 'federated':
      return gradeOutsider(named, 'Federated', caller.provider);
    default:
      return gradeAwsCaller(named, caller, canonicalUser);
  }
}

type FederatedUser = Extract<RequestPrincipal, { type: 'federated-user' }>;
type AwsCaller = Exclude<RequestPrincipal, { type: 'anonymous' | 'service' | 'federated' }>;

/**
 * The result for a caller that is a service or an identity provider. AWS does not document whether `{"AWS": "*"}` and
 * `{"Service": "*"}` match such callers.
 */
function gradeOutsider(named: Names, type: 'Service' | 'Federated', name: string): Grades {
  if (named.has(`${type}:${name}`)) return directly;
  return named.has('AWS:*') || named.has(`${type}:*`) ? { ...nobody, session: unclear } : nobody;
}

const unclear = createUnknown('element', 'Principal');

function gradeAwsCaller(named: Names, caller: AwsCaller, canonicalUser: string | undefined): Grades {
  if (named.has('AWS:*')) return directly;
  const { session, role } = gradeDirect(named, caller);
  return {
    account: gradeAccount(named, caller, canonicalUser),
    role,
    session: session === 'no' && named.hasUnclear ? unclear : session,
  };
}

/**
 * Whether the statement names the caller's account. A canonical user id is also a name of an account, but only S3 knows
 * of which one. If the canonical user id of the caller's account is not given, the answer is `unclear`.
 */
function gradeAccount(named: Names, caller: AwsCaller, canonicalUser: string | undefined): Verdict {
  if (named.has(`AWS:${getPrincipalAccount(caller) ?? ''}`)) return 'yes';
  if (!named.hasPrefix('CanonicalUser:')) return 'no';
  return canonicalUser === undefined || named.has('CanonicalUser:*')
    ? unclear
    : toVerdict(named.has(`CanonicalUser:${canonicalUser}`));
}

function gradeDirect(named: Names, caller: AwsCaller): { session: Verdict; role: Verdict } {
  switch (caller.type) {
    case 'role':
      return {
        session: toVerdictOfSession(named, caller),
        role: toVerdict(named.has(`AWS:${caller.arn}`)),
      };
    case 'user':
      return { session: toVerdict(named.has(`AWS:${caller.arn}`)), role: 'no' };
    case 'federated-user':
      return { session: toVerdict(named.has(`AWS:${caller.arn}`)), role: toVerdictOfUser(named, caller) };
    case 'root':
      return { session: 'no', role: 'no' };
    case 'account':
      return { session: named.namesWithin(caller.accountId) ? unclear : 'no', role: 'no' };
  }
}

/** Whether the statement names the user who opened this session. */
function toVerdictOfUser(named: Names, { arn, user }: FederatedUser): Verdict {
  if (user !== undefined) return toVerdict(named.has(`AWS:${user}`));
  const [, partition, , , account] = splitArn(arn);
  return named.hasPrefix(`AWS:arn:${partition}:iam::${account}:user/`) ? unclear : 'no';
}

/** Whether the statement names the role session. The ARN of a session has the role's name without its path. */
function toVerdictOfSession(named: Names, { arn, session }: RolePrincipal): Verdict {
  const [, partition, , , account] = splitArn(arn);
  const prefix = `AWS:arn:${partition}:sts::${account}:assumed-role/${getArnName(arn)}/`;
  if (session !== undefined) return toVerdict(named.has(prefix + session));
  return named.hasPrefix(prefix) ? unclear : 'no';
}

interface NotPrincipalContext {
  readonly effect: 'Allow' | 'Deny';
  readonly hasBoundary: boolean;
  readonly canonicalUser: string | undefined;
}

/**
 * Whether a statement with `NotPrincipal` applies to the caller. A Deny spares a caller only if it names the caller's
 * account, role and session. If it names only the caller itself, AWS says that it "might deny access". If the caller
 * has a permissions boundary, the Deny always applies. AWS does not support Allow with NotPrincipal. Source: "AWS JSON
 * policy elements: NotPrincipal".
 */
export function judgeNotPrincipal(
  principal: Principal,
  caller: RequestPrincipal,
  { effect, hasBoundary, canonicalUser }: NotPrincipalContext,
): Verdict {
  const { session, role, account } = gradePrincipal(principal, caller, canonicalUser);
  if (effect === 'Allow') return [session, role, account].includes('yes') ? 'no' : notPrincipal;
  if (hasBoundary && (caller.type === 'role' || caller.type === 'user')) return 'yes';
  switch (caller.type) {
    case 'role':
      return exceptsAll(principal, session, [account, role]);
    case 'user':
      return exceptsAll(principal, session, [account]);
    case 'federated-user':
      // AWS does not document whether the permissions boundary of the user who opened the session counts.
      return exceptsAll(principal, session, [account, role, hasBoundary ? notPrincipal : 'yes']);
    case 'root':
      return exceptsAll(principal, account, []);
    case 'account':
      return exceptsAll(principal, account, [notPrincipal]);
    default:
      return negateVerdict(session);
  }
}

function exceptsAll(principal: Principal, itself: Verdict, forms: readonly Verdict[]): Verdict {
  const named = readNames(principal);
  if (named.everybody || named.has('AWS:*')) return 'no';
  if (itself === 'no') return 'yes';
  const isExcepted = itself === 'yes' && forms.every((form) => form === 'yes');
  return isExcepted ? 'no' : notPrincipal;
}

const notPrincipal = createUnknown('element', 'NotPrincipal');

/** The names in a `Principal`, each after its type: `AWS:111122223333`, `Service:ec2.amazonaws.com`. */
interface Names {
  readonly everybody: boolean;
  /**
   * Whether a name has a wildcard in a place where AWS does not allow it: "you cannot use a wildcard to match part of a
   * principal name or ARN".
   */
  readonly hasUnclear: boolean;
  has(name: string): boolean;
  hasPrefix(prefix: string): boolean;
  /** Whether a user, role or session of this account is among the names. */
  namesWithin(accountId: string): boolean;
}

const readNames = (principal: Principal): Names => readMap(toPrincipalMap(principal));

const readMap = memoizeByObject((principals: PrincipalMap): Names => {
  const names = new Set(
    Object.entries(principals).flatMap(([type, named]) =>
      toArray(named).map((name) => `${type}:${type === 'AWS' ? toCanonicalAccount(name) : name}`),
    ),
  );
  const list = [...names];
  return {
    everybody: names.has('*:*'),
    hasUnclear: list.some((name) => /^AWS:(?!\*$).*[*?]/.test(name)),
    has: (name) => names.has(name),
    hasPrefix: (prefix) => list.some((name) => name.startsWith(prefix)),
    namesWithin: (accountId) =>
      list.some((name) => /^AWS:arn:[^:]*:(iam|sts)::(\d{12}):/.exec(name)?.[2] === accountId),
  };
});
