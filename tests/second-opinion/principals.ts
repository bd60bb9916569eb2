import { type Answer, every, some, whether } from './answer.ts';
import { accountOfArn, accountOfCaller } from './context.ts';
import { type Caller, listOf, type Principals, type Statement } from './shapes.ts';

/**
 * How a policy reaches its caller (How AWS enforcement code logic evaluates requests):
 * `direct` names the user, the session, the service or everybody; `role` names the role, so that its boundary and session
 * policy still limit the caller, or the user that federated; `account` leaves the decision to the account's identity policies.
 */
const forms = ['direct', 'role', 'account'] as const;
export type Form = (typeof forms)[number];

/** Whether a `Principal` element names the caller in this form. */
export function names(principal: Principals, caller: Caller, form: Form, canonicalUser?: string): Answer {
  if (principal === '*') return whether(form === 'direct');
  return some(
    Object.entries(principal).flatMap(([type, values]) =>
      listOf(values).map((value) =>
        type === 'CanonicalUser'
          ? canonicalMatches(value, caller, form, canonicalUser)
          : nameMatches(type, value, caller, form),
      ),
    ),
  );
}

/** "Additional options for specifying an account principal": a canonical user id stands for an account (Principal). */
function canonicalMatches(
  value: string,
  caller: Caller,
  form: Form,
  canonicalUser: string | undefined,
): Answer {
  if (accountOfCaller(caller) === 'none' || form !== formOfAccount(caller)) return 'no';
  return canonicalUser === undefined ? 'unknown' : whether(value === canonicalUser);
}

function nameMatches(type: string, value: string, caller: Caller, form: Form): Answer {
  if (type === 'AWS') return awsNameMatches(value, caller, form);
  if (form !== 'direct') return 'no';
  // "*" in place of a service or a provider is not documented.
  if (value === '*' && type.toLowerCase() === caller.type) return 'unknown';
  if (type === 'Service') return whether(caller.type === 'service' && caller.service === value);
  return whether(type === 'Federated' && caller.type === 'federated' && caller.provider === value);
}

function awsNameMatches(value: string, caller: Caller, form: Form): Answer {
  if (value === '*') return everybody(caller, form);
  // "You cannot use a wildcard to match part of a principal name or ARN."
  if (value.includes('*') || value.includes('?')) return form === 'direct' ? 'unknown' : 'no';
  const account = accountNamed(value);
  if (account !== undefined) return accountMatches(account, caller, form);
  if (caller.type === 'user') return whether(form === 'direct' && caller.arn === value);
  if (caller.type === 'account') return someoneOf(caller, value, form);
  if (caller.type === 'federated-user') return federatedMatches(value, caller, form);
  if (caller.type !== 'role') return 'no';
  if (form === 'role') return whether(caller.arn === value);
  return form === 'direct' ? sessionMatches(value, caller) : 'no';
}

/** `{"AWS": "*"}` is documented as equal to `"*"` for people and anonymous callers; for services nothing is said. */
function everybody(caller: Caller, form: Form): Answer {
  if (form !== 'direct') return 'no';
  return caller.type === 'service' || caller.type === 'federated' ? 'unknown' : 'yes';
}

/** `111122223333` and `arn:aws:iam::111122223333:root` "behave the same way". */
function accountNamed(value: string): string | undefined {
  if (value.length === 12 && !value.includes(':')) return value;
  return value.endsWith(':root') ? accountOfArn(value) : undefined;
}

/** For the root user and for the account as a whole, naming the account is enough. */
const formOfAccount = ({ type }: Caller): Form =>
  type === 'root' || type === 'account' ? 'direct' : 'account';

const accountMatches = (account: string, caller: Caller, form: Form): Answer =>
  whether(form === formOfAccount(caller) && accountOfCaller(caller) === account);

/**
 * "The principal making the request is the federated user ARN". What grants permission to "the IAM user who federated" is limited by
 * boundary and session policy (Determining whether a request is allowed or denied within an account).
 */
function federatedMatches(
  value: string,
  { arn, user }: Extract<Caller, { readonly type: 'federated-user' }>,
  form: Form,
): Answer {
  if (form === 'direct') return whether(value === arn);
  if (form === 'account') return 'no';
  if (user !== undefined) return whether(value === user);
  return value.startsWith(`arn:aws:iam::${accountOfArn(arn)}:user/`) ? 'unknown' : 'no';
}

/** Some caller of the account is meant: one that the policy names may be it. */
const someoneOf = (caller: Caller, value: string, form: Form): Answer =>
  form === 'direct' && accountOfArn(value) === accountOfCaller(caller) ? 'unknown' : 'no';

function sessionMatches(value: string, caller: Caller & { readonly type: 'role' }): Answer {
  const role = caller.arn.slice(caller.arn.lastIndexOf('/') + 1);
  const start = `arn:aws:sts::${accountOfArn(caller.arn)}:assumed-role/${role}/`;
  if (!value.startsWith(start)) return 'no';
  return caller.session === undefined ? 'unknown' : whether(value.slice(start.length) === caller.session);
}

/**
 * Whether a statement with `NotPrincipal` is about the caller (AWS JSON policy elements: NotPrincipal). Its examples list the account, the
 * role and the session, and still deny to all others of that account and role: so the caller itself must be listed. If the account or
 * the role is missing then, the policy "might deny".
 */
function excludes(
  principal: Principals,
  { caller, hasBoundary, canonicalUser }: Who,
  effect: string,
): Answer {
  // "Using it with Allow is not supported."
  if (effect === 'Allow') return 'unknown';
  // "Will always deny any IAM principal that has a permissions boundary policy attached." A session is no such principal.
  const isFederated = caller.type === 'federated-user';
  if (hasBoundary && !isFederated) return 'yes';
  const isNamed = (form: Form): Answer => names(principal, caller, form, canonicalUser);
  if (isEverybody(principal) && accountOfCaller(caller) !== 'none') return 'no';
  const itself = isNamed('direct');
  if (itself === 'no') return 'yes';
  if (caller.type === 'account' || (hasBoundary && isFederated)) return 'unknown';
  return every([itself, ...formsBeside(caller).map(isNamed)]) === 'yes' ? 'no' : 'unknown';
}

const isEverybody = (principal: Principals): boolean =>
  principal === '*' || Object.entries(principal).some(([type, values]) => type === 'AWS' && values === '*');

const formsBeside = ({ type }: Caller): readonly Form[] => {
  if (type === 'role' || type === 'federated-user') return ['role', 'account'];
  return type === 'user' ? ['account'] : [];
};

/** The caller, and what is known of it beside the request's principal. */
export interface Who {
  readonly caller: Caller;
  readonly hasBoundary: boolean;
  readonly canonicalUser: string | undefined;
}

/** Whether the statement of a policy with principals is about the caller, in one form or in any. */
export function principalMatches(
  { Principal, NotPrincipal, Effect }: Statement,
  who: Who,
  form: Form | 'any',
): Answer {
  if (Principal !== undefined) {
    if (NotPrincipal !== undefined) return 'unknown';
    const { caller, canonicalUser } = who;
    return some(
      (form === 'any' ? forms : [form]).map((each) => names(Principal, caller, each, canonicalUser)),
    );
  }
  if (NotPrincipal === undefined) return 'unknown';
  return excludes(NotPrincipal, who, Effect);
}
