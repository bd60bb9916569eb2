import { renderMemberTemplate } from '../shared/cloudformation/member-template.ts';
import { listMemberStackSets } from '../shared/configuration/member-stack-sets.ts';
import type { Configuration } from '../shared/configuration/schema.ts';
import { getMemberRoleBoundary } from '../shared/configuration/stack-options.ts';
import type { MemberRole } from '../shared/grants/member-roles/schema.ts';
import { createPolicy, type PolicyDocument } from '../shared/iam/document.ts';
import { awsAccount, findManagedPolicy } from './aws-managed-policies.ts';
import { addStackSet } from './cloudformation/make-stack-set.ts';
import { deployAutomatically, runPendingDeployments } from './cloudformation/stack-sets.ts';
import { ensureOu } from './example-organization.ts';
import type { SimulatedOrganization } from './organization.ts';
import { isContainer } from './world.ts';

/**
 * Adds the StackSets of the member roles, as if an operator had deployed them earlier: accounts in the target OUs have
 * the roles. A new account gets its roles some minutes after its creation, by automatic deployment.
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

/** The OUs to deploy to. Ids of OUs that the organization does not have are skipped. */
function listTargetIds(organization: SimulatedOrganization, ous: readonly string[] | undefined) {
  const { world } = organization;
  if (ous === undefined) return [world.settings.rootId];
  return ous
    .map((ou) => (/^(ou|r)-/.test(ou) ? ou : ensureOu(organization, ou)))
    .filter((id) => isContainer(world, id));
}

/**
 * The policies that roles of the configuration name. Policies in each account allow everything, and a StackSet of the
 * organization deploys them. AWS managed policies that the simulator does not model allow almost nothing.
 */
function addNamedPolicies(organization: SimulatedOrganization, configuration: Configuration): void {
  const { memberRoles = [] } = configuration;
  const arns = memberRoles.flatMap((role) => listPolicyArns(role, configuration));
  const named = [...new Set(arns)].map(splitPolicyArn);
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

function listPolicyArns(role: MemberRole, configuration: Configuration): readonly string[] {
  const boundary = getMemberRoleBoundary(role, configuration);
  return [...(role.managedPolicies ?? []), ...(boundary === undefined ? [] : [boundary])];
}

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

/** Starts automatic deployment for accounts that a test has added without an event. */
export const noticeAccounts = ({ world }: SimulatedOrganization): void => deployAutomatically(world);

/** Finishes every deployment that has begun, as if enough time had passed. */
export function endDeployments({ world }: SimulatedOrganization): void {
  deployAutomatically(world);
  runPendingDeployments(world, Number.POSITIVE_INFINITY);
}
