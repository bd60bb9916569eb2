import type { AppliedKeyGrant, AppliedLaunchPermissions } from '../applied-access.ts';
import { type AppliedPolicy, type PolicyKind, toResourcePolicyKind } from '../applied-policy.ts';
import type { OrganizationFacts, RequestPrincipal } from '../request.ts';
import {
  allOf,
  allowedBy,
  anyOf,
  type Finding,
  findAmong,
  no,
  unknownFinding,
  unreadPolicy,
  yes,
} from './findings.ts';
import type { JudgedStatement } from './judged-statements.ts';
import { findKeyGrant } from './key-grants.ts';
import { findLaunchPermission } from './launch-permissions.ts';
import { findOperationLimit, needsNoPermission } from './operation-limits.ts';
import { type Grade, grades } from './principals.ts';
import type { Question } from './question.ts';
import { getPrincipalAccount, getResourceAccount, isFederatedRoot } from './request-facts.ts';
import { createUnknown } from './verdict.ts';

/** One request, with everything that decides about it, prepared for the rules below. */
export interface Situation {
  readonly question: Question;
  /** The policies that apply to the request. */
  readonly policies: readonly AppliedPolicy[];
  /** Allow statements that apply to the request, or that may apply. */
  readonly allows: readonly JudgedStatement[];
  /** Kinds of policies that apply to the request and could not be read. */
  readonly unread: readonly PolicyKind[];
  readonly keyGrants: readonly AppliedKeyGrant[];
  readonly launchPermissions: AppliedLaunchPermissions | undefined;
  readonly organization: OrganizationFacts | undefined;
}

/**
 * Whether some policy allows the request and no boundary, session policy or SCP limits it. Explicit Deny statements are
 * judged by `authorize`, before this. Source: "How AWS enforcement code logic evaluates requests to allow or deny
 * access".
 */
export const findPermission = (situation: Situation): Finding =>
  allOf([
    () => isGranted(situation),
    () => everyLevelAllows(situation),
    () => limit(situation, 'endpoint', 'VPC endpoint policy'),
    // An RCP can only deny: the policy RCPFullAWSAccess allows everything, and nobody can detach it. So RCPs matter
    // here only if they could not be read.
    () => (situation.unread.includes('rcp') ? unreadPolicy('rcp') : yes),
  ]);

function isGranted(situation: Situation): Finding {
  const { request } = situation.question;
  if (needsNoPermission(request)) return allowedBy(`${request.action} needs no permissions`);
  return allOf([() => findOperationLimit(request), () => byPolicies(situation)]);
}

function byPolicies(situation: Situation): Finding {
  const { principal } = situation.question.request;
  if (!hasIdentity(principal)) return byResource(situation, grades);
  const owner = getResourceAccount(situation.question.request);
  const caller = getPrincipalAccount(principal);
  if (owner === undefined) return inUnknownAccount(situation);
  return owner === caller ? withinAccount(situation) : acrossAccounts(situation);
}

const hasIdentity = ({ type }: RequestPrincipal): boolean =>
  type === 'role' || type === 'user' || type === 'federated-user' || type === 'root' || type === 'account';

/**
 * Nobody knows to which account the resource belongs. A request that is allowed across accounts is also allowed within
 * one account. If it is allowed only within one account, the result is unknown.
 */
function inUnknownAccount(situation: Situation): Finding {
  const within = withinAccount(situation);
  if (within.outcome === 'no') return within;
  const across = acrossAccounts(situation);
  return across.outcome === 'no'
    ? unknownFinding(createUnknown('key', 'aws:ResourceAccount'), 'request')
    : across;
}

/**
 * If the caller and the resource are in one account, one of these is enough:
 * - The resource's policy names the caller itself.
 * - The resource's policy names the role of the caller's session, and the permissions boundary and the session policy
 *   allow the request.
 * - The caller's identity policies allow the request. For keys and roles, the resource's own policy must allow it as
 *   well.
 */
const withinAccount = (situation: Situation): Finding =>
  anyOf([
    () => byResource(situation, ['session']),
    () => allOf([() => byResource(situation, ['role']), () => withinLimits(situation)]),
    () =>
      allOf([
        () => (needsResourcePolicy(situation) ? byResource(situation, grades) : yes),
        () => byIdentity(situation),
      ]),
  ]);

/**
 * If the caller and the resource are in different accounts, the resource and the caller's identity policies must both
 * allow. A KMS grant for the caller is enough alone.
 */
const acrossAccounts = (situation: Situation): Finding =>
  anyOf([
    () => byKeyGrant(situation, ['session', 'role']),
    () => allOf([() => byResource(situation, grades), () => byIdentity(situation)]),
  ]);

/**
 * Whether the resource is a key or a role. Its own policy must then always allow the request: "IAM role trust policies
 * and KMS key policies … must explicitly allow access for principals".
 */
const needsResourcePolicy = ({ question: { action, request } }: Situation): boolean =>
  /^sts:(assumerole|tagsession$|setsourceidentity$)/.test(action) ||
  (action.startsWith('kms:') && request.resource.includes(':key/'));

/** Whether the resource allows the request: by its policy, a KMS grant, or a launch permission. */
function byResource(situation: Situation, among: readonly Grade[]): Finding {
  const { allows, unread, question } = situation;
  const ofResource = allows.filter(({ policy }) => toResourcePolicyKind(policy.kind) !== undefined);
  return anyOf([
    () =>
      findAmong(
        ofResource,
        among,
        () => `no resource-based policy allows the ${question.request.action} action`,
      ),
    () => byKeyGrant(situation, among),
    () => byLaunchPermission(situation, among),
    ...unread
      .filter((kind) => toResourcePolicyKind(kind) !== undefined)
      .map((kind) => () => unreadPolicy(kind)),
  ]);
}

const byKeyGrant = ({ keyGrants, question }: Situation, among: readonly Grade[]): Finding =>
  keyGrants.length === 0 ? nothing : findKeyGrant(keyGrants, question, among);

const byLaunchPermission = (
  { launchPermissions, question, organization }: Situation,
  among: readonly Grade[],
): Finding =>
  launchPermissions === undefined || !among.includes('account')
    ? nothing
    : findLaunchPermission(launchPermissions, question, organization);

const nothing: Finding = { outcome: 'no', reasons: [] };

/**
 * Whether the identity policies allow the request, and the permissions boundary and the session policy allow it too.
 */
function byIdentity(situation: Situation): Finding {
  const { principal, action } = situation.question.request;
  if (principal.type === 'root') return allowedBy('the root user has full access in its account');
  if (principal.type === 'account') return allowedBy('the administrators of the account decide further');
  const { unread } = situation;
  return allOf([
    () =>
      anyOf([
        () =>
          isFederatedRoot(principal)
            ? allowedBy('the root user has full access in its account')
            : findAmong(
                ofKind(situation, 'identity'),
                grades,
                () => `no identity-based policy allows the ${action} action`,
              ),
        ...(unread.includes('identity') ? [() => unreadPolicy('identity')] : []),
      ]),
    () => withinLimits(situation),
  ]);
}

const withinLimits = (situation: Situation): Finding =>
  allOf([
    () => limit(situation, 'boundary', 'permissions boundary'),
    () => limit(situation, 'session', 'session policy'),
  ]);

/**
 * Whether policies of this kind allow the request, if there are any. A federated user must always have a session
 * policy.
 */
function limit(situation: Situation, kind: PolicyKind, title: string): Finding {
  if (situation.unread.includes(kind)) return unreadPolicy(kind);
  const { action, principal } = situation.question.request;
  if (!situation.policies.some((policy) => policy.kind === kind))
    return kind === 'session' && principal.type === 'federated-user'
      ? no('a federated user has no permissions without a session policy')
      : yes;
  return findAmong(ofKind(situation, kind), grades, () => `no ${title} allows the ${action} action`);
}

/** Whether SCPs allow the request at each level: the root, each OU, and the account. */
function everyLevelAllows(situation: Situation): Finding {
  if (situation.unread.includes('scp')) return unreadPolicy('scp');
  const levels = new Set(situation.policies.filter(({ kind }) => kind === 'scp').map(({ level }) => level));
  if (levels.size === 0) return yes;
  const allows = ofKind(situation, 'scp');
  return allOf(
    [...levels].map((level) => () => {
      const here = allows.filter(({ policy }) => policy.level === level);
      return findAmong(here, grades, () => reasonOf(level, situation.question.request.action));
    }),
  );
}

const reasonOf = (level: string | undefined, action: string): string =>
  `no service control policy${level === undefined ? '' : ` of ${level}`} allows the ${action} action`;

const ofKind = ({ allows }: Situation, kind: PolicyKind): readonly JudgedStatement[] =>
  allows.filter(({ policy }) => policy.kind === kind);
