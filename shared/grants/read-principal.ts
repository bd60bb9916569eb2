import {
  GetGroupCommand,
  GetGroupPolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListGroupPoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import type { GrantContext, ResourceRef } from './contract.ts';
import type { PrincipalState } from './kind-actions.ts';
import { getPolicyPath, listAttachedArns } from './managed-policies.ts';

/**
 * Reads a group or role of a central account: its own policies and its permissions boundary may deny what this
 * installation allows.
 */
export async function readPrincipal(
  iam: IAMClient,
  ref: ResourceRef,
  context: GrantContext,
): Promise<PrincipalState> {
  const [entity, name = ''] = ref.id.split('/');
  const [found, inline, attached] = await Promise.all(
    entity === 'group'
      ? [findGroup(iam, name), readGroupPolicies(iam, name), listAttachedArns(iam, ref)]
      : [findRole(iam, name), readRolePolicies(iam, name), listAttachedArns(iam, ref)],
  );
  const own = `:policy${getPolicyPath(ref, context)}`;
  return { ...found, inline, attached: [...attached].filter((arn) => !arn.includes(own)) };
}

async function findGroup(iam: IAMClient, GroupName: string): Promise<Pick<PrincipalState, 'arn'>> {
  const { Group } = await iam.send(new GetGroupCommand({ GroupName, MaxItems: 1 }));
  return { arn: Group?.Arn ?? '' };
}

async function findRole(iam: IAMClient, RoleName: string): Promise<Pick<PrincipalState, 'arn' | 'boundary'>> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
  return { arn: Role?.Arn ?? '', ...(boundary === undefined ? {} : { boundary }) };
}

type InlinePolicies = PrincipalState['inline'];

async function readGroupPolicies(iam: IAMClient, GroupName: string): Promise<InlinePolicies> {
  const names = await listNames((Marker) => iam.send(new ListGroupPoliciesCommand({ GroupName, Marker })));
  return readDocuments(names, (PolicyName) => iam.send(new GetGroupPolicyCommand({ GroupName, PolicyName })));
}

export async function readRolePolicies(iam: IAMClient, RoleName: string): Promise<InlinePolicies> {
  const names = await listNames((Marker) => iam.send(new ListRolePoliciesCommand({ RoleName, Marker })));
  return readDocuments(names, (PolicyName) => iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })));
}

interface NamesPage {
  readonly PolicyNames?: readonly string[] | undefined;
  readonly IsTruncated?: boolean | undefined;
  readonly Marker?: string | undefined;
}

async function listNames(
  getPage: (marker: string | undefined) => Promise<NamesPage>,
): Promise<readonly string[]> {
  const names: string[] = [];
  let marker: string | undefined;
  do {
    const page = await getPage(marker);
    names.push(...(page.PolicyNames ?? []));
    marker = page.IsTruncated ? page.Marker : undefined;
  } while (marker !== undefined);
  return names;
}

async function readDocuments(
  names: readonly string[],
  read: (name: string) => Promise<{ readonly PolicyDocument?: string | undefined }>,
): Promise<InlinePolicies> {
  const entries = names.map(async (name) => [name, (await read(name)).PolicyDocument] as const);
  return new Map(await Promise.all(entries));
}
