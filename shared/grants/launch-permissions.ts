import type { LaunchPermission } from '@aws-sdk/client-ec2';
import { createPolicy, type PolicyDocument, type Statement } from '../iam/document.ts';
import type { GrantContext } from './contract.ts';
import type { GrantEntry, Match } from './grant-schema.ts';

/**
 * The principals that an image is shared with, ordered: `111122223333` for an account, the ARN of an organization or
 * OU, or `all`. Launch permissions have no names or tags. So only the table knows which of them this installation
 * manages, and for which grant.
 */
export interface LaunchPermissions {
  readonly sharedWith: readonly string[];
}

/**
 * The principal in a mark. A mark is what the table stores about a managed launch permission: `<Sid of the
 * grant>/<account id or ARN>`.
 */
export const getMarkedId = (mark: string): string => mark.slice(mark.indexOf('/') + 1);
export const getMarkedSid = (mark: string): string => mark.slice(0, mark.indexOf('/'));

/** Converts a launch permission of EC2 to the form of `LaunchPermissions`. */
export const getSharedId = ({
  UserId,
  OrganizationArn,
  OrganizationalUnitArn,
  Group,
}: LaunchPermission): string | undefined => UserId ?? OrganizationArn ?? OrganizationalUnitArn ?? Group;

export function toLaunchPermission(id: string): LaunchPermission {
  const type = parseArn(id)?.type;
  if (type === 'organization') return { OrganizationArn: id };
  return type === 'ou' ? { OrganizationalUnitArn: id } : { UserId: id };
}

/**
 * The organization or OUs with which a grant shares an image. An OU includes the accounts in all OUs below it. Source:
 * EC2 user guide, "Share an AMI with organizations and organizational units".
 */
export function listOrganizationArns(
  { for: selector }: GrantEntry,
  match: Exclude<Match, 'accounts'>,
  { partition, managementAccountId, organizationId }: GrantContext,
): readonly string[] {
  const prefix = `arn:${partition}:organizations::${managementAccountId}`;
  if (match === 'organization') return [`${prefix}:organization/${organizationId}`];
  return (selector.ous ?? []).map((ou) => `${prefix}:ou/${organizationId}/${ou}`);
}

interface OrganizationArn {
  readonly type: string;
  readonly organizationId: string;
  readonly ou: string;
}

/** `arn:aws:organizations::111122223333:organization/o-…` or `…:ou/o-…/ou-…`. */
function parseArn(id: string): OrganizationArn | undefined {
  if (!id.startsWith('arn:')) return undefined;
  const [type = '', organizationId = '', ou = ''] = id.split(':').at(-1)?.split('/') ?? [];
  return { type, organizationId, ou };
}

/** A statement about the image. The resource is `*`, which stands for the image itself, as in a key policy. */
const launch = { Effect: 'Allow', Action: 'ec2:RunInstances', Resource: '*' } as const;

/** Statements with the same meaning as the launch permissions of one grant, for comparison and evaluation. */
export function createLaunchStatements(ids: readonly string[], Sid: string): readonly Statement[] {
  const accounts = ids.filter((id) => parseArn(id) === undefined);
  const arns = ids.flatMap((id) => parseArn(id) ?? []);
  const organizations = arns.filter(({ type }) => type === 'organization');
  const ous = arns.filter(({ type }) => type === 'ou');
  return [
    ...(accounts.length === 0 ? [] : [{ Sid, ...launch, Principal: { AWS: accounts } }]),
    ...organizations.map((arn) => ({ Sid, ...launch, Principal: { AWS: '*' }, ...restrictTo([arn]) })),
    ...(ous.length === 0 ? [] : [{ Sid, ...launch, Principal: { AWS: '*' }, ...restrictTo(ous) }]),
  ];
}

/** The condition names the organization as well as the OU paths, as `restrictToOrganization` does. */
function restrictTo(arns: readonly OrganizationArn[]): Pick<Statement, 'Condition'> {
  const [first] = arns;
  if (first === undefined) return {};
  const organization = { StringEquals: { 'aws:PrincipalOrgID': first.organizationId } };
  const paths = arns.flatMap(({ organizationId, ou }) => (ou === '' ? [] : [`${organizationId}/*/${ou}/*`]));
  return {
    Condition:
      paths.length === 0
        ? organization
        : { ...organization, 'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': paths } },
  };
}

export function createLaunchDocuments(
  { sharedWith }: LaunchPermissions,
  remembered: readonly string[] = [],
): Readonly<Record<string, PolicyDocument | undefined>> {
  const there = new Set(sharedWith);
  const marks = remembered.filter((mark) => there.has(getMarkedId(mark)));
  const ours = new Set(marks.map(getMarkedId));
  const statements = [
    ...[...Map.groupBy(marks, getMarkedSid)].flatMap(([sid, own]) =>
      createLaunchStatements(own.map(getMarkedId), sid),
    ),
    ...createUnmanagedStatements(sharedWith.filter((id) => !ours.has(id))),
  ];
  return {
    'launch-permissions': statements.length === 0 ? undefined : { ...createPolicy(), Statement: statements },
  };
}

function createUnmanagedStatements(sharedWith: readonly string[]): readonly Statement[] {
  const accounts = sharedWith.filter((id) => /^\d{12}$/.test(id));
  const others = sharedWith.filter((id) => !accounts.includes(id));
  return [
    ...(accounts.length === 0 ? [] : [{ ...launch, Principal: { AWS: accounts } }]),
    ...others.map((id) => ({
      ...launch,
      Principal: '*' as const,
      ...restrictTo([parseArn(id) ?? []].flat()),
    })),
  ];
}
