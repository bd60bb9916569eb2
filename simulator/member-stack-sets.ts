import { renderMemberTemplate } from '../shared/cloudformation/member-template.ts';
import { listMemberStackSets } from '../shared/configuration/member-stack-sets.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import type { MemberRole } from '../shared/grants/member-roles/schema.ts';
import { createPolicy, type PolicyDocument } from '../shared/iam/document.ts';
import { awsAccount, findManagedPolicy } from './aws-managed-policies.ts';
import { addStackSet } from './cloudformation/make-stack-set.ts';
import { deployAutomatically, runPendingDeployments } from './cloudformation/stack-sets.ts';
import { ensureOu } from './example-organization.ts';
import type { SimulatedOrganization } from './organization.ts';
import { isContainer } from './world.ts';

/**
 * The member roles of a configuration, as an operator has deployed them long ago: the accounts of their OUs have the roles. A new
 * account gets the roles some minutes after it came, by automatic deployment.
 */
export function addMemberStackSets(organization: SimulatedOrganization, configuration: Configuration): void {
  const { hubAccountId, hubRole, homeRegion, partition } = organization.world.settings;
  const stackSets = listMemberStackSets(configuration);
  if (stackSets.length === 0) return;
  addNamedPolicies(organization, configuration);
  const operators = [`arn:${partition}:iam::${hubAccountId}:role/${hubRole}`];
  for (const stackSet of stackSets)
    addStackSet(organization.world, {
      name: stackSet.name,
      region: homeRegion,
      templateBody: JSON.stringify(
        renderMemberTemplate({ configuration, stackSet, hubAccountId, operators }),
      ),
      targetIds: listTargetIds(organization, stackSet.ous),
    });
}

/** An OU that the configuration names by an id that the organization does not have gets no stacks. */
function listTargetIds(organization: SimulatedOrganization, ous: readonly string[] | undefined) {
  const { world } = organization;
  if (ous === undefined) return [world.settings.rootId];
  return ous
    .map((ou) => (/^(ou|r)-/.test(ou) ? ou : ensureOu(organization, ou)))
    .filter((id) => isContainer(world, id));
}

/**
 * The policies that roles of the configuration name: those that each account has of its own allow everything, and a StackSet of
 * the organization brings them. Policies of AWS that the simulator does not know allow as good as nothing.
 */
function addNamedPolicies(organization: SimulatedOrganization, { memberRoles = [] }: Configuration): void {
  const named = [...new Set(memberRoles.flatMap(listPolicyArns))].map(splitPolicyArn);
  const { world } = organization;
  for (const policy of named.filter(({ accountId }) => accountId === awsAccount))
    if (findManagedPolicy(world, getAwsPolicyArn(organization, policy)) === undefined)
      organization.addManagedPolicy({ ...policy, document: allow('sts:GetCallerIdentity') });
  const own = named.filter(({ accountId }) => accountId !== awsAccount);
  if (own.length === 0) return;
  const resources = own.map(({ name: ManagedPolicyName, path: Path }, index) => [
    `Policy${index}`,
    { Type: 'AWS::IAM::ManagedPolicy', Properties: { ManagedPolicyName, Path, PolicyDocument: allow('*') } },
  ]);
  addStackSet(world, {
    name: 'baseline',
    region: world.settings.homeRegion,
    templateBody: JSON.stringify({ Resources: Object.fromEntries(resources) }),
    targetIds: [world.settings.rootId],
  });
}

const listPolicyArns = ({ managedPolicies = [], permissionsBoundary }: MemberRole): readonly string[] =>
  permissionsBoundary === undefined ? managedPolicies : [...managedPolicies, permissionsBoundary];

/** `arn:aws:iam::{accountId}:policy/base/Boundary` → `{accountId}`, `/base/`, `Boundary` */
function splitPolicyArn(arn: string) {
  const [, accountId = '', path = '/', name = ''] =
    /^arn:[^:]+:iam::([^:]+):policy(\/.*?)([^/]+)$/.exec(arn) ?? [];
  return { accountId, path, name };
}

const getAwsPolicyArn = (
  { world }: SimulatedOrganization,
  { path, name }: ReturnType<typeof splitPolicyArn>,
): string => `arn:${world.settings.partition}:iam::${awsAccount}:policy${path}${name}`;

const allow = (Action: string): PolicyDocument => ({
  ...createPolicy(),
  Statement: [{ Effect: 'Allow', Action, Resource: '*' }],
});

/** Automatic deployment sees accounts that came without an event. */
export const noticeAccounts = ({ world }: SimulatedOrganization): void => deployAutomatically(world);

/** Lets every deployment end that has begun: what it deploys has been there for long. */
export function endDeployments({ world }: SimulatedOrganization): void {
  deployAutomatically(world);
  runPendingDeployments(world, Number.POSITIVE_INFINITY);
}
