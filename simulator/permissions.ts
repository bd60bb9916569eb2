import { many, type PolicyDocument, parsePolicy, type Statement } from '../shared/policy/document.ts';
import { evaluatePolicy } from '../shared/policy/evaluate.ts';
import type { RequestContext } from '../shared/policy/patterns.ts';
import { type Caller, organizationPath, type World } from './world.ts';

/** What a caller wants to do. */
export interface Attempt {
  readonly action: string;
  /** The ARN that identity policies are matched with. */
  readonly resource: string;
  readonly resourceAccount: string;
  readonly region: string;
  /** The policy on the resource itself; absent where it has none. */
  readonly resourcePolicy?: string | undefined;
  /** Condition keys beyond the global ones. */
  readonly context?: RequestContext;
}

type Decision = 'allow' | 'deny' | 'none';

/** Why AWS would deny it, in AWS's words; `undefined` where it is allowed. */
export type Denial = string | undefined;

/**
 * Permission of a role: an explicit deny wins; in its own account its own policies or the resource's policy must
 * allow, in another account both. A statement on the resource that names the account only hands the decision to the
 * account's own policies. Source: "Policy evaluation logic" (IAM user guide).
 */
export function denialOf(world: World, caller: Caller, attempt: Attempt): Denial {
  const identity = identityDecision(world, caller, attempt);
  const { decision, direct } = resourceDecision(world, caller, attempt);
  if (identity === 'deny' || decision === 'deny') return denial(caller, attempt, 'with an explicit deny');
  const sameAccount = caller.accountId === attempt.resourceAccount;
  const allowed = sameAccount
    ? identity === 'allow' || (decision === 'allow' && direct)
    : identity === 'allow' && decision === 'allow';
  return allowed ? undefined : denial(caller, attempt, 'because no policy allows the action');
}

/**
 * As `denialOf`, for keys and role trust, where the resource's policy must allow in any case: the caller itself, or its
 * account and the caller's own policies too.
 * Sources: "Key policies in AWS KMS" (KMS developer guide), "IAM roles: terms and concepts" (IAM user guide).
 */
export function strictDenialOf(world: World, caller: Caller, attempt: Attempt): Denial {
  const identity = identityDecision(world, caller, attempt);
  const { decision, direct } = resourceDecision(world, caller, attempt);
  if (identity === 'deny' || decision === 'deny') return denial(caller, attempt, 'with an explicit deny');
  if (decision !== 'allow')
    return denial(caller, attempt, 'because no resource-based policy allows the action');
  const allowed = identity === 'allow' || (direct && caller.accountId === attempt.resourceAccount);
  return allowed ? undefined : denial(caller, attempt, 'because no identity-based policy allows the action');
}

/** What one policy document says to the caller. */
export function evaluate(
  world: World,
  caller: Caller,
  attempt: Attempt,
  policy: string | undefined,
): { readonly decision: Decision; readonly statement?: Statement } {
  if (policy === undefined) return { decision: 'none' };
  return evaluatePolicy(stored(policy), {
    principal: { type: 'AWS', accountId: caller.accountId, arn: caller.sessionArn },
    action: attempt.action,
    resource: attempt.resource,
    context: contextOf(world, caller, attempt),
  });
}

const denial = (caller: Caller, { action, resource }: Attempt, why: string): string =>
  `User: ${caller.sessionArn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;

function identityDecision(world: World, caller: Caller, attempt: Attempt): Decision {
  const role = world.roles.get(caller.roleArn);
  const managed = [...(role?.attached ?? [])].map((arn) => managedDocument(world, arn));
  const decisions = [role?.permissions, ...managed].map(
    (policy) => evaluate(world, caller, attempt, policy).decision,
  );
  if (decisions.includes('deny')) return 'deny';
  return decisions.includes('allow') ? 'allow' : 'none';
}

function managedDocument(world: World, arn: string): string | undefined {
  const policy = world.managedPolicies.get(arn);
  return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document;
}

function resourceDecision(world: World, caller: Caller, attempt: Attempt) {
  const { decision, statement } = evaluate(world, caller, attempt, attempt.resourcePolicy);
  return { decision, direct: statement !== undefined && namesDirectly(statement, caller) };
}

/** Whether the statement names the caller itself, or everybody, and not only its account. */
function namesDirectly({ Principal }: Statement, caller: Caller): boolean {
  if (Principal === undefined) return false;
  if (Principal === '*') return true;
  const names = many(Principal.AWS ?? []);
  return names.some((name) => ['*', caller.roleArn, caller.sessionArn].includes(name));
}

/** The global condition keys of a request ("AWS global condition context keys"). */
function contextOf(world: World, caller: Caller, attempt: Attempt): RequestContext {
  const now = world.settings.clock.now();
  return {
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:SecureTransport': 'true',
    'aws:RequestedRegion': attempt.region,
    'aws:PrincipalAccount': caller.accountId,
    'aws:PrincipalArn': caller.roleArn,
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalType': 'AssumedRole',
    'aws:userid': `${caller.roleId}:${caller.sessionArn.split('/').at(-1)}`,
    'aws:ResourceAccount': attempt.resourceAccount,
    ...membership(world, 'Principal', caller.accountId),
    ...membership(world, 'Resource', attempt.resourceAccount),
    ...attempt.context,
  };
}

/** Only members of an organisation carry these keys. */
function membership(world: World, whose: 'Principal' | 'Resource', accountId: string): RequestContext {
  const account = world.accounts.get(accountId);
  if (account === undefined) return {};
  return {
    [`aws:${whose}OrgID`]: world.settings.organizationId,
    [`aws:${whose}OrgPaths`]: [organizationPath(world, account)],
  };
}

const parsed = new Map<string, PolicyDocument | undefined>();

/**
 * Texts are parsed once: a simulation evaluates the same few documents many thousand times. What an outsider left
 * and nobody can read says nothing.
 */
function stored(text: string): PolicyDocument | undefined {
  if (!parsed.has(text)) {
    if (parsed.size > 500) parsed.clear();
    parsed.set(text, readable(text));
  }
  return parsed.get(text);
}

function readable(text: string): PolicyDocument | undefined {
  try {
    return parsePolicy(text, 'the simulated organisation');
  } catch {
    return undefined;
  }
}
