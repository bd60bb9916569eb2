import { memoizeByObject } from '../platform/memoize.ts';
import { type Principal, type PrincipalMap, toArray, toPrincipalMap } from './document.ts';
import { toCanonicalAccount } from './normalize.ts';
import { splitArn } from './patterns.ts';
import { negateTernary, type Ternary, toTernary } from './ternary.ts';

/** Who asks. */
export type RequestPrincipal =
  | { readonly type: 'AWS'; readonly accountId: string; readonly arn: string }
  | { readonly type: 'Service'; readonly service: string };

/**
 * Whether a `Principal` names the one who asks: by `"*"`, by the account, by the ARN, or, for an assumed-role
 * session, by the role (whose path the session's ARN does not show). `{"AWS": "*"}` may or may not name a service,
 * depending on which service reads the policy: unknown. Federated and canonical users never ask here.
 *
 * Source: "AWS JSON policy elements: Principal".
 */
export function matchesPrincipal(principal: Principal, asking: RequestPrincipal): Ternary {
  const named = names(principal);
  if (named.has('*:*')) return 'yes';
  if (asking.type === 'AWS')
    return toTernary(namesOf(asking).some((name) => named.has(name)) || named.has('AWS:*'));
  if (named.has(`Service:${asking.service}`)) return 'yes';
  return named.has('AWS:*') ? 'unknown' : 'no';
}

/**
 * Whether a `NotPrincipal` applies to the one who asks, that is, does not except them. A Deny excepts only whom it
 * names in every form (account, role and session: "AWS JSON policy elements: NotPrincipal"); in an Allow, which
 * AWS advises against, any form is taken as an exception.
 */
export function matchesNotPrincipal(
  principal: Principal,
  asking: RequestPrincipal,
  effect: 'Allow' | 'Deny',
): Ternary {
  if (effect === 'Allow' || asking.type === 'Service')
    return negateTernary(matchesPrincipal(principal, asking));
  const named = names(principal);
  if (named.has('*:*') || named.has('AWS:*')) return 'no';
  return toTernary(!requiredForms(asking).every((form) => form.some((name) => named.has(name))));
}

type AwsPrincipal = Extract<RequestPrincipal, { type: 'AWS' }>;

const names = (principal: Principal): ReadonlySet<string> => namesIn(toPrincipalMap(principal));

const namesIn = memoizeByObject(
  (principals: PrincipalMap): ReadonlySet<string> =>
    new Set(
      Object.entries(principals).flatMap(([type, named]) =>
        toArray(named).map((name) => (type === 'AWS' ? awsName(name) : `${type}:${name}`)),
      ),
    ),
);

/** The names under which a statement can mean this principal. */
const namesOf = (asking: AwsPrincipal): readonly string[] => requiredForms(asking).flat();

/** The account, the ARN and, of a session, its role: one name, or several spellings, for each. */
function requiredForms({ accountId, arn }: AwsPrincipal): readonly (readonly string[])[] {
  const role = sessionRole(arn);
  return [[`AWS:${accountId}`], [awsName(arn)], ...(role === undefined ? [] : [[role]])];
}

/** Roles are named without their path, so that a session can be told to be of one. */
function awsName(principal: string): string {
  const [, , service, , account, resource = ''] = splitArn(principal);
  if (service === 'iam' && resource.startsWith('role/')) return roleName(account, resource);
  return `AWS:${toCanonicalAccount(principal)}`;
}

function sessionRole(arn: string): string | undefined {
  const [, , service, , account, resource = ''] = splitArn(arn);
  const [kind, role] = resource.split('/');
  return service === 'sts' && kind === 'assumed-role' ? roleName(account, `role/${role}`) : undefined;
}

const roleName = (account: string | undefined, resource: string): string =>
  `AWS:role:${account}:${resource.split('/').at(-1)}`;
