import {
  type CallAs,
  DescribeOrganizationsAccessCommand,
  DescribeStackSetCommand,
  paginateListStackInstances,
} from '@aws-sdk/client-cloudformation';
import { listMemberStackSets } from '../../shared/configuration/member-stack-sets.ts';
import { formatStackCommand } from '../../shared/reconcile/read-stack-instance.ts';
import type { DoctorContext, Prerequisite, Problem } from './prerequisite.ts';

/** Prerequisites of the roles in member accounts. */
export const memberPrerequisites: readonly Prerequisite[] = [
  {
    name: 'trusted access',
    needs: ['credentials'],
    check: findAccessProblems,
    fix: () => 'aws cloudformation activate-organizations-access, in the management account',
  },
  {
    name: 'StackSets of member roles',
    needs: ['trusted access'],
    check: findStackSetProblems,
    fix: () => 'onboarding member-template',
  },
];

const getCaller = ({ configuration, accountId }: DoctorContext & { readonly accountId: string }): CallAs =>
  accountId === configuration.organization.managementAccount ? 'SELF' : 'DELEGATED_ADMIN';

/**
 * Without trusted access, a StackSet reaches no account of the organization (CloudFormation user guide, "Activate
 * trusted access").
 */
async function findAccessProblems(context: DoctorContext): Promise<readonly Problem[]> {
  const { installation, configuration } = context;
  if (listMemberStackSets(configuration).length === 0) return [];
  const CallAs = getCaller({ ...context, accountId: await installation.getAccountId() });
  const client = installation.services.hub.cloudFormation;
  const { Status } = await client.send(new DescribeOrganizationsAccessCommand({ CallAs }));
  if (Status === 'ENABLED') return [];
  return [
    {
      message: `CloudFormation StackSets have no access to the organization: ${Status}`,
      fix: 'aws cloudformation activate-organizations-access, in the management account',
    },
  ];
}

async function findStackSetProblems(context: DoctorContext): Promise<readonly Problem[]> {
  const { installation, configuration } = context;
  const CallAs = getCaller({ ...context, accountId: await installation.getAccountId() });
  const sets = listMemberStackSets(configuration).map(({ name }) => findProblems(context, name, CallAs));
  return (await Promise.all(sets)).flat();
}

async function findProblems(
  { installation, configuration }: DoctorContext,
  name: string,
  CallAs: CallAs,
): Promise<readonly Problem[]> {
  const fix = `onboarding member-template --out stack-sets, then run its script for ${name}`;
  const client = installation.services.hub.cloudFormation;
  const request = { StackSetName: name, CallAs };
  try {
    const { StackSet } = await client.send(new DescribeStackSetCommand(request));
    if (StackSet?.AutoDeployment?.Enabled !== true)
      return [{ message: `StackSet ${name} does not deploy to new accounts by itself`, fix }];
    const problems: Problem[] = [];
    for await (const { Summaries = [] } of paginateListStackInstances({ client }, request))
      for (const { Account = '', StackInstanceStatus, StatusReason } of Summaries)
        if (StackInstanceStatus?.DetailedStatus === 'FAILED')
          problems.push({
            message: `StackSet ${name} failed in account ${Account}: ${StatusReason}`,
            fix: formatStackCommand({ stackSet: name, accountId: Account }, configuration.partition),
          });
    return problems;
  } catch (error) {
    return [{ message: `StackSet ${name}: ${error instanceof Error ? error.message : error}`, fix }];
  }
}
