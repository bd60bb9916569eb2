import { type Answer, every, some } from './answer.ts';
import { accountOfCaller, resourceAccountOf } from './context.ts';
import { isFree, operationAllows } from './operations.ts';
import { keyGrantAllows, launchPermissionAllows } from './other-access.ts';
import type { Form } from './principals.ts';
import { type AppliedPolicy, type Caller, type Case, type Kind, resourceKinds } from './shapes.ts';
import { policySays } from './statements.ts';

export interface Judgement {
  readonly outcome: 'allowed' | 'denied' | 'unknown';
  /** Whether a Deny statement decided. */
  readonly explicit: boolean;
}

/** "An explicit deny overrides an explicit allow"; what nothing allows is denied. */
export function judge(given: Case): Judgement {
  const isFreeOfPolicies = isFree(given);
  const input = isFreeOfPolicies ? withEndpointOnly(given) : given;
  const denied = some(kinds.filter((kind) => binds(kind, input)).map((kind) => kindDenies(kind, input)));
  const allowed = every([
    isFreeOfPolicies ? 'yes' : grants(input),
    organizationAllows(input),
    limitAllows('endpoint', input),
  ]);
  if (denied === 'yes' || allowed === 'no') return { outcome: 'denied', explicit: denied === 'yes' };
  return { outcome: denied === 'no' && allowed === 'yes' ? 'allowed' : 'unknown', explicit: false };
}

/** What needs no permissions still goes through its VPC endpoint. */
const withEndpointOnly = ({ policies, unread = [], ...others }: Case): Case => ({
  ...others,
  policies: policies.filter(({ kind }) => kind === 'endpoint'),
  unread: unread.filter(({ kind }) => kind === 'endpoint'),
});

const kinds: readonly Kind[] = [
  ...resourceKinds,
  'identity',
  'boundary',
  'session',
  'scp',
  'rcp',
  'endpoint',
];

const policiesOf = (kind: Kind, { policies }: Case): readonly AppliedPolicy[] =>
  policies.filter((policy) => policy.kind === kind);

const isUnread = (kind: Kind, { unread }: Case): boolean => (unread ?? []).some((each) => each.kind === kind);

/** A policy that could not be read may deny. */
function kindDenies(kind: Kind, input: Case): Answer {
  const said = policiesOf(kind, input).map((policy) => policySays('Deny', policy, input));
  return some(isUnread(kind, input) ? [...said, 'unknown'] : said);
}

/** A policy that could not be read may allow. */
function kindAllows(kind: Kind, input: Case, form: Form | 'any' = 'any'): Answer {
  const said = policiesOf(kind, input).map((policy) => policySays('Allow', policy, input, form));
  return some(isUnread(kind, input) ? [...said, 'unknown'] : said);
}

/** Whether policies of this kind have a say at all. */
function binds(kind: Kind, input: Case): boolean {
  const { principal } = input.request;
  if (kind === 'scp') return isBoundBySCP(input);
  if (kind === 'rcp') return isBoundByRCP(input);
  if (kind === 'session') return principal.type === 'role' || principal.type === 'federated-user';
  if (kind === 'bucket') return !isOwnersRootAtBucketPolicy(input);
  if (kind === 'identity' || kind === 'boundary')
    return principal.type === 'role' || principal.type === 'user' || isFederatedByUser(principal);
  return true;
}

const isFederatedByUser = (caller: Caller): boolean =>
  caller.type === 'federated-user' && caller.user?.includes(':user/') !== false;

/**
 * "The root user of the AWS account that owns a bucket can always use this operation, even if the policy explicitly denies the root user"
 * (PutBucketPolicy; the same on the pages of GetBucketPolicy and DeleteBucketPolicy).
 */
function isOwnersRootAtBucketPolicy({ request }: Case): boolean {
  const operations = ['s3:getbucketpolicy', 's3:putbucketpolicy', 's3:deletebucketpolicy'];
  if (request.principal.type !== 'root' || !operations.includes(request.action.toLowerCase())) return false;
  return request.principal.accountId === resourceAccountOf(request);
}

/** The path of a service-linked role is `/aws-service-role/` (Create a service-linked role). */
const isServiceLinked = (principal: Caller): boolean =>
  principal.type === 'role' && (principal.serviceLinked ?? principal.arn.includes(':role/aws-service-role/'));

/** SCPs limit principals of member accounts, the root user included, and no service-linked role. */
function isBoundBySCP({ request: { principal }, organization }: Case): boolean {
  const account = accountOfCaller(principal);
  if (isServiceLinked(principal)) return false;
  return account !== 'none' && account !== organization?.managementAccount;
}

/** The services that the page "Resource control policies (RCPs)" lists. */
const servicesWithRCPs = ['s3', 'sts', 'kms', 'sqs', 'secretsmanager', 'ecr', 'aoss'];

/** RCPs limit what anybody does to resources of member accounts, except service-linked roles. */
function isBoundByRCP({ request, organization }: Case): boolean {
  const { principal, action } = request;
  if (isServiceLinked(principal)) return false;
  const account = resourceAccountOf(request);
  if (account !== undefined && account === organization?.managementAccount) return false;
  return servicesWithRCPs.includes(action.toLowerCase().split(':')[0] ?? '');
}

/**
 * SCPs must allow at every level. RCPs always allow: `RCPFullAWSAccess` "can't be detached, so there will always be an Allow
 * statement", and the effect of every other RCP must be Deny.
 */
function organizationAllows(input: Case): Answer {
  if (!isBoundBySCP(input)) return 'yes';
  const scps = policiesOf('scp', input);
  const levels = [...new Set(scps.map(({ level }) => level))];
  const answers = levels.map((level) =>
    levelAllows(
      scps.filter((each) => each.level === level),
      input,
    ),
  );
  return every(isUnread('scp', input) ? [...answers, 'unknown'] : answers);
}

/** An SCP that could not be read may be one of the level. */
function levelAllows(scps: readonly AppliedPolicy[], input: Case): Answer {
  const said = scps.map((policy) => policySays('Allow', policy, input));
  return some(isUnread('scp', input) ? [...said, 'unknown'] : said);
}

/** A policy that only limits: where there is none, nothing is limited. */
function limitAllows(kind: 'boundary' | 'session' | 'endpoint', input: Case): Answer {
  if (!binds(kind, input)) return 'yes';
  if (policiesOf(kind, input).length === 0 && !isUnread(kind, input)) return withoutLimit(kind, input);
  return kindAllows(kind, input);
}

/** "If there is no session policy", a role session is allowed, and "otherwise the request is implicitly denied". */
const withoutLimit = (kind: Kind, { request }: Case): Answer =>
  kind === 'session' && request.principal.type === 'federated-user' ? 'no' : 'yes';

/** Whether identity and resource policies give the access (within one account, and across accounts). */
function grants(input: Case): Answer {
  // A grant of a key needs no other policy, in its account or another one.
  return every([operationAllows(input), some([keyGrantAllows(input), policiesGrant(input)])]);
}

function policiesGrant(input: Case): Answer {
  const caller = accountOfCaller(input.request.principal);
  // "You cannot use AWS account root user credentials to call AssumeRole" (AssumeRole, STS API reference).
  if (input.request.principal.type === 'root' && isAssumeRole(input)) return 'no';
  if (caller === 'none') return resourceAllows('direct', input);
  const owner = resourceAccountOf(input.request);
  if (owner === undefined) return agreed(withinAccount(input), acrossAccounts(input));
  return caller === owner ? withinAccount(input) : acrossAccounts(input);
}

const agreed = (one: Answer, other: Answer): Answer => (one === other ? one : 'unknown');

const resourceAllows = (form: Form, input: Case): Answer =>
  some(resourceKinds.map((kind) => kindAllows(kind, input, form)));

/** The root user and the account as a whole need no identity policy. */
function identityAllows(input: Case): Answer {
  const { principal } = input.request;
  const { type } = principal;
  if (type === 'federated-user' && !isFederatedByUser(principal)) return 'yes';
  return type === 'root' || type === 'account' ? 'yes' : kindAllows('identity', input);
}

const limitsAllow = (input: Case): Answer =>
  every([limitAllows('boundary', input), limitAllows('session', input)]);

/** "The request is allowed only if both evaluations return a decision of Allow." */
function acrossAccounts(input: Case): Answer {
  const named = some([
    resourceAllows('direct', input),
    resourceAllows('role', input),
    resourceAllows('account', input),
    launchPermissionAllows(input),
  ]);
  return every([identityAllows(input), limitsAllow(input), named]);
}

/** A key and a role "must explicitly allow access for principals"; elsewhere an identity policy is enough. */
function withinAccount(input: Case): Answer {
  const identity = every([identityAllows(input), limitsAllow(input)]);
  return some([
    resourceAllows('direct', input),
    every([resourceAllows('role', input), limitsAllow(input)]),
    every([identity, mustBeNamed(input) ? resourceAllows('account', input) : 'yes']),
  ]);
}

const mustBeNamed = (input: Case): boolean =>
  input.request.action.toLowerCase().startsWith('kms:') || isAssumeRole(input);

const isAssumeRole = (input: Case): boolean =>
  input.request.action.toLowerCase().startsWith('sts:assumerole');
