import type { AppliedPolicy, PolicyKind, ResourcePolicyKind } from '../shared/iam/applied-policy.ts';
import { authorize, type Decision } from '../shared/iam/authorize.ts';
import { type PolicyDocument, parsePolicy } from '../shared/iam/document.ts';
import type { ContextValues, OrganizationFacts } from '../shared/iam/request.ts';
import { memoizeByObject, memoizeByString } from '../shared/platform/memoize.ts';
import { type Caller, getOrganizationPath, type SimulatedWorld } from './world.ts';

/** What a caller wants to do. */
export interface Attempt {
  readonly action: string;
  /** The ARN that identity policies are matched with. */
  readonly resource: string;
  readonly resourceAccount: string;
  readonly region: string;
  /** The policy on the resource itself; absent if it has none. */
  readonly resourcePolicy?: { readonly kind: ResourcePolicyKind; readonly text: string | undefined };
  /** Condition keys beyond those that follow from the request. */
  readonly context?: ContextValues;
}

/** Why AWS would deny it, in AWS's words; `undefined` if it is allowed. */
export type Denial = string | undefined;

/** The policy engine decides. What it cannot judge is denied: the simulator must say more about the request. */
export function findDenial(world: SimulatedWorld, caller: Caller, attempt: Attempt): Denial {
  const decision = authorize({
    request: {
      principal: { type: 'role', arn: caller.roleArn, session: getSessionName(caller) },
      action: attempt.action,
      resource: attempt.resource,
      resourceAccount: attempt.resourceAccount,
      region: attempt.region,
      // Few statements ask for it.
      get context() {
        return getContext(world, caller, attempt);
      },
    },
    policies: listPolicies(world, caller, attempt),
    organization: getOrganization(world),
  });
  return decision.outcome === 'allowed' ? undefined : describeDenial(caller, attempt, decision);
}

const getSessionName = ({ sessionArn }: Caller): string => sessionArn.split('/').at(-1) ?? '';

function listPolicies(
  world: SimulatedWorld,
  caller: Caller,
  { resourcePolicy }: Attempt,
): readonly AppliedPolicy[] {
  const role = world.roles.get(caller.roleArn);
  const managed = [...(role?.attached ?? [])].map((arn) => managedDocument(world, arn));
  return [
    ...[role?.permissions, ...managed].flatMap((text) => applied('identity', text)),
    ...(resourcePolicy === undefined ? [] : applied(resourcePolicy.kind, resourcePolicy.text)),
  ];
}

function managedDocument(world: SimulatedWorld, arn: string): string | undefined {
  const policy = world.managedPolicies.get(arn);
  return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document;
}

/** What an outsider left and nobody can read says nothing. */
function applied(kind: PolicyKind, text: string | undefined): readonly AppliedPolicy[] {
  const document = text === undefined ? undefined : read(text);
  const name = kind === 'identity' ? 'an identity-based policy' : 'a resource-based policy';
  return document === undefined ? [] : [{ kind, name, document }];
}

/** A simulation evaluates the same few documents many thousand times. */
const read = memoizeByString(500, (text): PolicyDocument | undefined => {
  try {
    return parsePolicy(text, 'the simulated organization');
  } catch {
    return undefined;
  }
});

const describeDenial = (caller: Caller, { action, resource }: Attempt, decision: Decision): string =>
  `User: ${caller.sessionArn} is not authorized to perform: ${action} on resource: ${resource} ${reasonOf(decision)}`;

/** In the words of "Troubleshoot access denied error messages" (IAM user guide). */
function reasonOf({ outcome, explicit, statements, reasons }: Decision): string {
  if (explicit) return `with an explicit deny in ${statements[0]?.policy}`;
  // The role's own policies are what a reader can change first.
  if (outcome === 'denied')
    return `because ${reasons.find((each) => /identity-based/.test(each)) ?? reasons[0]}`;
  return `because the simulator cannot judge it: ${reasons.join('; ')}`;
}

/** The keys whose values are the simulator's: the time, and the ids that it has made. No session has MFA or tags. */
function getContext(world: SimulatedWorld, caller: Caller, attempt: Attempt): ContextValues {
  const now = world.settings.clock.now();
  return {
    'aws:CurrentTime': new Date(now).toISOString(),
    'aws:EpochTime': String(Math.floor(now / 1000)),
    'aws:userid': `${caller.roleId}:${getSessionName(caller)}`,
    'aws:MultiFactorAuthPresent': 'false',
    ...attempt.context,
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
