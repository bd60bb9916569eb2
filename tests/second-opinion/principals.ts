import { type Answer, every, some, whether } from './answer.ts';
import { accountOfArn, accountOfCaller } from './context.ts';
import { type Caller, listOf, type Principals, type Statement } from './shapes.ts';

/**
 * How a policy reaches its caller (How AWS enforcement code logic evaluates requests):
 * `direct` names the user, the session, the service or everybody; `role` names the role, so that its boundary and session
 * policy still limit the caller; `account` leaves the decision to the account's identity policies.
 */
const forms = ['direct', 'role', 'account'] as const;
export type Form = (typeof forms)[number];

/** Whether a `Principal` element names the caller in this form. */
export function names(principal: Principals, caller: Caller, form: Form): Answer {
  if (principal === '*') return whether(form === 'direct');
  return some(
    Object.entries(principal).flatMap(([type, values]) =>
      listOf(values).map((value) => nameMatches(type, value, caller, form)),
    ),
  );
}

function nameMatches(type: string, value: string, caller: Caller, form: Form): Answer {
  if (type === 'AWS') return awsNameMatches(value, caller, form);
  if (form !== 'direct') return 'no';
  if (type === 'Service') return whether(caller.type === 'service' && caller.service === value);
  if (type === 'Federated') return whether(caller.type === 'federated' && caller.provider === value);
  // A canonical user id stands for an account, and nothing here tells which one.
  return caller.type === 'service' || caller.type === 'federated' ? 'no' : 'unknown';
}

function awsNameMatches(value: string, caller: Caller, form: Form): Answer {
  if (value === '*') return everybody(caller, form);
  // "You cannot use a wildcard to match part of a principal name or ARN."
  if (value.includes('*') || value.includes('?')) return form === 'direct' ? 'unknown' : 'no';
  const account = accountNamed(value);
  if (account !== undefined) return accountMatches(account, caller, form);
  if (caller.type === 'user') return whether(form === 'direct' && caller.arn === value);
  if (caller.type === 'account') return someoneOf(caller, value, form);
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
function accountMatches(account: string, caller: Caller, form: Form): Answer {
  const whole = caller.type === 'root' || caller.type === 'account';
  return whether(form === (whole ? 'direct' : 'account') && accountOfCaller(caller) === account);
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
function excludes(principal: Principals, caller: Caller, hasBoundary: boolean, effect: string): Answer {
  // "Using it with Allow is not supported."
  if (effect === 'Allow') return 'unknown';
  // "Will always deny any IAM principal that has a permissions boundary policy attached."
  if (hasBoundary) return 'yes';
  const itself = names(principal, caller, 'direct');
  if (itself === 'no') return 'yes';
  if (caller.type === 'account') return 'unknown';
  const others = formsBeside(caller).map((form) => names(principal, caller, form));
  return every([itself, ...others]) === 'yes' ? 'no' : 'unknown';
}

const formsBeside = ({ type }: Caller): readonly Form[] => {
  if (type === 'role') return ['role', 'account'];
  return type === 'user' ? ['account'] : [];
};

/** Whether the statement of a policy with principals is about the caller, in one form or in any. */
export function principalMatches(
  { Principal, NotPrincipal, Effect }: Statement,
  caller: Caller,
  hasBoundary: boolean,
  form: Form | 'any',
): Answer {
  if (Principal !== undefined) {
    if (NotPrincipal !== undefined) return 'unknown';
    return some((form === 'any' ? forms : [form]).map((each) => names(Principal, caller, each)));
  }
  if (NotPrincipal === undefined) return 'unknown';
  return excludes(NotPrincipal, caller, hasBoundary, Effect);
}
