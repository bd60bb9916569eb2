import type { AppliedKeyGrant, AppliedLaunchPermissions } from '../shared/iam/applied-access.ts';
import type { AppliedPolicy, PolicyKind, ResourcePolicyKind } from '../shared/iam/applied-policy.ts';
import { authorize, type Decision } from '../shared/iam/authorize.ts';
import { type PolicyDocument, parsePolicy } from '../shared/iam/document.ts';
import {
  absent,
  type ContextValues,
  type OrganizationFacts,
  type RequestPrincipal,
} from '../shared/iam/request.ts';
import { memoizeByObject, memoizeByString } from '../shared/platform/memoize.ts';
import { findManagedDocument } from './aws-managed-policies.ts';
import { listPoliciesFor } from './organization-policies.ts';
import type { SimulatedRole, SimulatedUser, Tags } from './simulated-resources.ts';
import { type Caller, getOrganizationPath, type SimulatedWorld } from './world.ts';

/** A request of a caller, with the policies of the resource. */
export interface Attempt {
  readonly action: string;
  /** The ARN that identity policies match. */
  readonly resource: string;
  readonly resourceAccount: string;
  readonly region: string;
  /** The policy of the resource. Absent if it has none. */
  readonly resourcePolicy?: { readonly kind: ResourcePolicyKind; readonly text: string | undefined };
  /** Grants on the key that the call uses. */
  readonly keyGrants?: readonly AppliedKeyGrant[];
  /** Launch permissions of the image that the call uses. */
  readonly launchPermissions?: AppliedLaunchPermissions;
  /** Condition keys beyond those that follow from the request. */
  readonly context?: ContextValues;
}

/** Why AWS would deny a request, in the words of AWS. `undefined` if AWS would allow it. */
export type Denial = string | undefined;

/**
 * The policy engine decides. If its answer is `unknown`, the request is denied: then the simulator must give the engine
 * more facts.
 */
export function findDenial(world: SimulatedWorld, caller: Caller, attempt: Attempt): Denial {
  const decision = authorize({
    request: {
      principal: toPrincipal(world, caller),
      action: attempt.action,
      resource: attempt.resource,
      resourceAccount: attempt.resourceAccount,
      region: attempt.region,
      // The context is computed on demand, because few statements use it.
      get context() {
        return getContext(world, caller, attempt);
      },
    },
    policies: listPolicies(world, caller, attempt),
    ...pickAccess(attempt),
    organization: getOrganization(world),
  });
  const { action, resource, context = {} } = attempt;
  for (const tell of world.decisionListeners) tell({ caller, action, resource, context, decision });
  return decision.outcome === 'allowed' ? undefined : describeDenial(caller, attempt, decision);
}

const pickAccess = ({ keyGrants, launchPermissions }: Attempt) => ({
  ...(keyGrants === undefined ? {} : { keyGrants }),
  ...(launchPermissions === undefined ? {} : { launchPermissions }),
});

function toPrincipal(world: SimulatedWorld, caller: Caller): RequestPrincipal {
  const { type, roleArn, accountId, sourceArn } = caller;
  // Tags are computed on demand, because few statements use them.
  const tagged = {
    get tags() {
      return getPrincipalTags(world, caller);
    },
  };
  if (type === 'user') return Object.assign(tagged, { type, arn: roleArn } as const);
  if (type !== 'service')
    return Object.assign(tagged, { type: 'role', arn: roleArn, session: getSessionName(caller) } as const);
  const source = sourceArn === undefined ? {} : { sourceArn };
  return { type, service: roleArn, sourceAccount: accountId, ...source };
}

/** Session tags win over tags of the role, in any letter case ("Pass session tags in AWS STS", IAM user guide). */
function getPrincipalTags(world: SimulatedWorld, { roleArn, session }: Caller): Tags {
  const own = world.roles.get(roleArn)?.tags ?? world.users.get(roleArn)?.tags ?? {};
  const sessionTags = session?.tags ?? {};
  const replaced = new Set(Object.keys(sessionTags).map((key) => key.toLowerCase()));
  const kept = Object.entries(own).filter(([key]) => !replaced.has(key.toLowerCase()));
  return { ...Object.fromEntries(kept), ...sessionTags };
}

const getSessionName = ({ sessionArn }: Caller): string => sessionArn.split('/').at(-1) ?? '';

function listPolicies(
  world: SimulatedWorld,
  caller: Caller,
  { resourcePolicy, resourceAccount }: Attempt,
): readonly AppliedPolicy[] {
  const identity = world.roles.get(caller.roleArn) ?? world.users.get(caller.roleArn);
  const own = identity === undefined ? [] : listIdentityPolicies(world, identity);
  return [
    ...own.flatMap((text) => applied('identity', text)),
    ...(resourcePolicy === undefined ? [] : applied(resourcePolicy.kind, resourcePolicy.text)),
    ...listBoundary(world, identity?.boundaryArn),
    ...(caller.session?.policies ?? []).flatMap((text) => applied('session', text)),
    ...listOrganizationPolicies(world, 'scp', caller.accountId),
    ...listOrganizationPolicies(world, 'rcp', resourceAccount),
  ];
}

/** The texts of all policies of a role or user. A user has the policies of its groups too. */
function listIdentityPolicies(
  world: SimulatedWorld,
  identity: SimulatedRole | SimulatedUser,
): readonly (string | undefined)[] {
  const groups =
    'groups' in identity ? [...identity.groups].flatMap((arn) => world.groups.get(arn) ?? []) : [];
  const attached = [identity, ...groups].flatMap((holder) => [...holder.attached]);
  return [
    identity.permissions,
    ...groups.flatMap(({ inlinePolicies }) => [...inlinePolicies.values()]),
    ...attached.map((arn) => findManagedDocument(world, arn)),
  ];
}

/** If the policy of a boundary was deleted, the boundary allows nothing. */
function listBoundary(world: SimulatedWorld, arn: string | undefined): readonly AppliedPolicy[] {
  if (arn === undefined) return [];
  return applied('boundary', findManagedDocument(world, arn) ?? nothing);
}

const nothing = '{"Version":"2012-10-17","Statement":[]}';

const organizationPolicyTypes = {
  scp: 'SERVICE_CONTROL_POLICY',
  rcp: 'RESOURCE_CONTROL_POLICY',
} as const;

const listOrganizationPolicies = (
  world: SimulatedWorld,
  kind: 'scp' | 'rcp',
  accountId: string,
): readonly AppliedPolicy[] =>
  listPoliciesFor(world, organizationPolicyTypes[kind], accountId).flatMap(({ policy, level }) =>
    applied(kind, policy.content).map((each) => ({ ...each, level })),
  );

/** A policy of a test that cannot be parsed has no effect. */
function applied(kind: PolicyKind, text: string | undefined): readonly AppliedPolicy[] {
  const document = text === undefined ? undefined : read(text);
  const name = policyNames[kind] ?? 'a resource-based policy';
  return document === undefined ? [] : [{ kind, name, document }];
}

/** The wording of "Troubleshoot access denied error messages" (IAM user guide). */
const policyNames: Partial<Readonly<Record<PolicyKind, string>>> = {
  identity: 'an identity-based policy',
  boundary: 'a permissions boundary',
  session: 'a session policy',
  scp: 'a service control policy',
  rcp: 'a resource control policy',
};

/** Parses a policy. The result is cached, because a simulation evaluates the same few documents many thousand times. */
const read = memoizeByString(500, (text): PolicyDocument | undefined => {
  try {
    return parsePolicy(text, 'the simulated organization');
  } catch {
    return undefined;
  }
});

const describeDenial = (caller: Caller, { action, resource }: Attempt, decision: Decision): string =>
  `User: ${caller.sessionArn} is not authorized to perform: ${action} on resource: ${resource} ${reasonOf(decision)}`;

/** The wording of "Troubleshoot access denied error messages" (IAM user guide). */
function reasonOf({ outcome, explicit, statements, reasons }: Decision): string {
  if (explicit) return `with an explicit deny in ${statements[0]?.policy}`;
  if (outcome === 'denied') return `because ${pickReason(reasons)}`;
  return `because the simulator cannot judge it: ${reasons.join('; ')}`;
}

/**
 * Chooses the reason of a denial to report. A limit such as an SCP comes first, because it denies alone. The caller's
 * own policies come next, because a reader can change them first.
 */
const pickReason = (reasons: readonly string[]): string | undefined =>
  reasons.find((each) => /boundary|session policy|control policy/.test(each)) ??
  reasons.find((each) => /identity-based/.test(each)) ??
  reasons[0];

/** The condition keys of a request: the time, generated ids, and the data of the session. */
function getContext(world: SimulatedWorld, caller: Caller, attempt: Attempt): ContextValues {
  const now = world.settings.clock.now();
  return {
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    ...getPrincipalContext(caller),
    ...attempt.context,
  };
}

/**
 * Long-term credentials of users, and sessions that a service has opened, have no `aws:MultiFactorAuthPresent` ("AWS
 * global condition context keys").
 */
function getPrincipalContext(caller: Caller): ContextValues {
  const { type, roleId, session = {} } = caller;
  if (type === 'service') return {};
  const { mfa = type === 'user' ? 'none' : false, sourceIdentity } = session;
  return {
    'aws:userid': type === 'user' ? roleId : `${roleId}:${getSessionName(caller)}`,
    'aws:MultiFactorAuthPresent': mfa === 'none' ? absent : String(mfa),
    'aws:MultiFactorAuthAge': mfa === true ? '0' : absent,
    'aws:SourceIdentity': sourceIdentity ?? absent,
  };
}

const getOrganization = memoizeByObject(
  (world: SimulatedWorld): OrganizationFacts => ({
    managementAccount: world.settings.managementAccountId,
    organizationOf: (accountId) => {
      const account = world.accounts.get(accountId);
      if (account === undefined) return 'none';
      return { id: world.settings.organizationId, path: getOrganizationPath(world, account) };
    },
  }),
);
