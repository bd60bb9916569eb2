import { type PolicyDocument, parsePolicy, type Statement, toArray } from '../shared/iam/document.ts';
import { type AccessRequest, type Evaluation, evaluatePolicy, isAbout } from '../shared/iam/evaluate.ts';
import type { RequestContext } from '../shared/iam/patterns.ts';
import { memoizeByString } from '../shared/platform/memoize.ts';
import { type Caller, getOrganizationPath, type SimulatedWorld } from './world.ts';

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

type Decision = Evaluation['decision'];

/** Why AWS would deny it, in AWS's words; `undefined` where it is allowed. */
export type Denial = string | undefined;

/**
 * Permission of a role: an explicit deny wins; in its own account its own policies or the resource's policy must
 * allow, in another account both. A statement on the resource that names the account only hands the decision to the
 * account's own policies. Source: "Policy evaluation logic" (IAM user guide).
 */
export function findDenial(world: SimulatedWorld, caller: Caller, attempt: Attempt): Denial {
  const request = requestOf(world, caller, attempt);
  const identity = identityDecision(world, caller, request);
  const { decision, direct } = resourceDecision(caller, attempt, request);
  if (identity === 'deny' || decision === 'deny') return denial(caller, attempt, 'with an explicit deny');
  const sameAccount = caller.accountId === attempt.resourceAccount;
  const allowed = sameAccount
    ? identity === 'allow' || (decision === 'allow' && direct)
    : identity === 'allow' && decision === 'allow';
  return allowed ? undefined : denial(caller, attempt, 'because no policy allows the action');
}

/**
 * As `findDenial`, for keys and role trust, where the resource's policy must allow in any case: the caller itself, or its
 * account and the caller's own policies too.
 * Sources: "Key policies in AWS KMS" (KMS developer guide), "IAM roles: terms and concepts" (IAM user guide).
 */
export function findStrictDenial(world: SimulatedWorld, caller: Caller, attempt: Attempt): Denial {
  const request = requestOf(world, caller, attempt);
  const identity = identityDecision(world, caller, request);
  const { decision, direct } = resourceDecision(caller, attempt, request);
  if (identity === 'deny' || decision === 'deny') return denial(caller, attempt, 'with an explicit deny');
  if (decision !== 'allow')
    return denial(caller, attempt, 'because no resource-based policy allows the action');
  const allowed = identity === 'allow' || (direct && caller.accountId === attempt.resourceAccount);
  return allowed ? undefined : denial(caller, attempt, 'because no identity-based policy allows the action');
}

/** What one policy document says to a request. */
function evaluate(policy: string | undefined, request: AccessRequest): Evaluation {
  if (policy === undefined) return { decision: 'none' };
  const { about, decided } = stored(policy)(request.action);
  return decided?.(request.resource) ?? evaluatePolicy(about, request);
}

function requestOf(world: SimulatedWorld, caller: Caller, attempt: Attempt): AccessRequest {
  let context: RequestContext | undefined;
  return {
    principal: { type: 'AWS', accountId: caller.accountId, arn: caller.sessionArn },
    action: attempt.action,
    resource: attempt.resource,
    // Few statements ask for it.
    get context() {
      context ??= contextOf(world, caller, attempt);
      return context;
    },
  };
}

const denial = (caller: Caller, { action, resource }: Attempt, why: string): string =>
  `User: ${caller.sessionArn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;

function identityDecision(world: SimulatedWorld, caller: Caller, request: AccessRequest): Decision {
  const role = world.roles.get(caller.roleArn);
  const managed = [...(role?.attached ?? [])].map((arn) => managedDocument(world, arn));
  const decisions = [role?.permissions, ...managed].map((policy) => evaluate(policy, request).decision);
  if (decisions.includes('deny')) return 'deny';
  return decisions.includes('allow') ? 'allow' : 'none';
}

function managedDocument(world: SimulatedWorld, arn: string): string | undefined {
  const policy = world.managedPolicies.get(arn);
  return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document;
}

function resourceDecision(caller: Caller, { resourcePolicy }: Attempt, request: AccessRequest) {
  const { decision, statement } = evaluate(resourcePolicy, request);
  return { decision, direct: statement !== undefined && namesDirectly(statement, caller) };
}

/** Whether the statement names the caller itself, or everybody, and not only its account. */
function namesDirectly({ Principal }: Statement, caller: Caller): boolean {
  if (Principal === undefined) return false;
  if (Principal === '*') return true;
  const names = toArray(Principal.AWS ?? []);
  return names.some((name) => ['*', caller.roleArn, caller.sessionArn].includes(name));
}

/** The global condition keys of a request ("AWS global condition context keys"). */
function contextOf(world: SimulatedWorld, caller: Caller, attempt: Attempt): RequestContext {
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

/** Only members of an organization carry these keys. */
function membership(
  world: SimulatedWorld,
  whose: 'Principal' | 'Resource',
  accountId: string,
): RequestContext {
  const account = world.accounts.get(accountId);
  if (account === undefined) return {};
  return {
    [`aws:${whose}OrgID`]: world.settings.organizationId,
    [`aws:${whose}OrgPaths`]: [getOrganizationPath(world, account)],
  };
}

interface Stored {
  /** The statements that can apply to the action. */
  readonly about: PolicyDocument | undefined;
  /** What they say of a resource, where that depends on nothing else. */
  readonly decided?: (resource: string) => Evaluation;
}

/**
 * What a document says of an action. Texts are parsed once: a simulation evaluates the same few documents many thousand
 * times. What an outsider left and nobody can read says nothing.
 */
const stored = memoizeByString(500, (text) => {
  const document = readable(text);
  return memoizeByString(50, (action): Stored => {
    if (document === undefined) return { about: undefined };
    const about = { ...document, Statement: document.Statement.filter((each) => isAbout(each, action)) };
    if (!about.Statement.every(dependsOnResourceOnly)) return { about };
    const request = { ...anybody, action };
    return {
      about,
      decided: memoizeByString(50, (resource) => evaluatePolicy(about, { ...request, resource })),
    };
  });
});

const dependsOnResourceOnly = (statement: Statement): boolean =>
  statement.Principal === undefined &&
  statement.NotPrincipal === undefined &&
  statement.Condition === undefined &&
  !JSON.stringify(statement).includes('${');

const anybody = { principal: { type: 'AWS', accountId: '', arn: '' }, context: {} } as const;

function readable(text: string): PolicyDocument | undefined {
  try {
    return parsePolicy(text, 'the simulated organization');
  } catch {
    return undefined;
  }
}
