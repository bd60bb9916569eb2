import {
  GetInstanceProfileCommand,
  GetRoleCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  type Role,
} from '@aws-sdk/client-iam';
import { getInstanceProfileName } from '../grants/member-roles/instance-profile.ts';
import { getBareName } from '../grants/member-roles/references.ts';
import type { MemberRole } from '../grants/member-roles/schema.ts';
import { readRolePolicies } from '../grants/read-principal.ts';
import type { AppliedPolicy } from '../iam/applied-policy.ts';
import { AccessDeniedError, ResourceMissingError } from '../platform/aws/errors.ts';
import { toErrorRecord } from '../platform/errors.ts';
import type { ManagedPolicyReader } from './managed-policy-reader.ts';
import type { MemberRoleReading, MemberRoleState } from './member-role-state.ts';
import { type PolicyReading, parseEncoded } from './parse-encoded.ts';

/** What is needed to read one role of one account. */
export interface RoleReader {
  readonly iam: IAMClient;
  /** Shared by all reads of a run, because many member roles have the same managed policies. */
  readonly managedPolicies: ManagedPolicyReader;
}

export interface WantedRole {
  readonly role: MemberRole;
  /** The ARN of the role according to the configuration. */
  readonly arn: string;
}

/**
 * Reads a member role with everything that decides what it can do. This takes five calls for a role with one inline
 * policy and an instance profile, and two more for each managed policy that this run has not read yet.
 * @throws AccessDeniedError if the member account's reader role cannot be assumed; the retryable errors of
 * `shared/platform/aws`
 */
export async function readMemberRole(reader: RoleReader, wanted: WantedRole): Promise<MemberRoleReading> {
  const name = getBareName(wanted.role.name);
  try {
    const { Role: existingRole } = await reader.iam.send(new GetRoleCommand({ RoleName: name }));
    if (existingRole?.Arn !== wanted.arn)
      return { outcome: 'wrong', reason: `the name ${name} is taken by the role ${existingRole?.Arn}` };
    return { outcome: 'read', state: await readState(reader, wanted, existingRole) };
  } catch (error) {
    return toReading(error, wanted);
  }
}

/** The duration of a session if the role sets none (IAM API reference, "CreateRole"). */
const defaultSessionSeconds = 3_600;

/**
 * Whether the member account's reader role cannot be assumed. STS does not say whether it is missing or does not trust
 * the hub.
 */
export const isReaderRefused = (error: unknown): boolean =>
  error instanceof AccessDeniedError && error.fields.operation === 'AssumeRole';

function toReading(error: unknown, { arn }: WantedRole): MemberRoleReading {
  if (error instanceof ResourceMissingError)
    return { outcome: 'missing', reason: `the role ${arn} does not exist yet` };
  const { message, retryable } = toErrorRecord(error);
  if (retryable || isReaderRefused(error)) throw error;
  return { outcome: 'unreadable', reason: message };
}

async function readState(
  reader: RoleReader,
  { role, arn }: WantedRole,
  existingRole: Role,
): Promise<MemberRoleState> {
  const [inline, managed, boundary, profile] = await Promise.all([
    readInlinePolicies(reader.iam, arn),
    readAttachedPolicies(reader, arn),
    readBoundary(reader, existingRole),
    findProfileFault(reader.iam, role),
  ]);
  const trust = parseEncoded('trust', `trust policy of ${arn}`, existingRole.AssumeRolePolicyDocument);
  const identity = [...inline.values(), ...managed.values()];
  const boundaries = [...boundary.values()];
  return {
    arn,
    trust: listPolicies([trust]),
    identity: listPolicies(identity),
    boundary: listPolicies(boundaries),
    unread: [trust, ...identity, ...boundaries].flatMap(({ unread }) => unread ?? []),
    parts: toParts({ trust, inline, managed, boundary, profile }),
    maxSessionSeconds: existingRole.MaxSessionDuration ?? defaultSessionSeconds,
    ...(profile === undefined ? {} : { instanceProfile: profile }),
  };
}

/** The policies of a role, by the inline policy's name or the managed policy's ARN. */
type ReadPolicies = ReadonlyMap<string, PolicyReading>;

interface ReadParts {
  readonly trust: PolicyReading;
  readonly inline: ReadPolicies;
  readonly managed: ReadPolicies;
  readonly boundary: ReadPolicies;
  readonly profile: MemberRoleState['instanceProfile'];
}

function toParts({ trust, inline, managed, boundary, profile }: ReadParts): MemberRoleState['parts'] {
  const [permissionsBoundary] = boundary.keys();
  return {
    ...(trust.policy === undefined ? {} : { trust: trust.policy.document }),
    inline: new Map([...inline].map(([name, { policy }]) => [name, policy?.document])),
    managedPolicies: [...managed.keys()],
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
    ...(profile?.status === 'denied' ? { instanceProfileFault: profile.reason } : {}),
  };
}

const listPolicies = (readings: readonly PolicyReading[]): readonly AppliedPolicy[] =>
  readings.flatMap(({ policy }) => policy ?? []);

async function readInlinePolicies(iam: IAMClient, arn: string): Promise<ReadPolicies> {
  const inline = await readRolePolicies(iam, getBareName(arn));
  return new Map(
    [...inline].map(([name, text]) => [
      name,
      parseEncoded('identity', `inline policy ${name} of ${arn}`, text),
    ]),
  );
}

async function readAttachedPolicies(
  { iam, managedPolicies }: RoleReader,
  arn: string,
): Promise<ReadPolicies> {
  const arns: string[] = [];
  let Marker: string | undefined;
  do {
    const page = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: getBareName(arn), Marker }));
    arns.push(...(page.AttachedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []));
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
  const read = arns.map(
    async (policyArn) => [policyArn, await managedPolicies.read(iam, policyArn, 'identity')] as const,
  );
  return new Map(await Promise.all(read));
}

async function readBoundary(
  { iam, managedPolicies }: RoleReader,
  { PermissionsBoundary }: Role,
): Promise<ReadPolicies> {
  const arn = PermissionsBoundary?.PermissionsBoundaryArn;
  return new Map(arn === undefined ? [] : [[arn, await managedPolicies.read(iam, arn, 'boundary')]]);
}

/**
 * What is wrong with the role's instance profile. An EC2 instance gets a role only through an instance profile ("IAM
 * roles for Amazon EC2").
 */
async function findProfileFault(
  iam: IAMClient,
  role: MemberRole,
): Promise<MemberRoleState['instanceProfile']> {
  const InstanceProfileName = getInstanceProfileName(role);
  if (InstanceProfileName === undefined) return undefined;
  try {
    const { InstanceProfile } = await iam.send(new GetInstanceProfileCommand({ InstanceProfileName }));
    const name = getBareName(role.name);
    return InstanceProfile?.Roles?.some(({ RoleName }) => RoleName === name)
      ? undefined
      : {
          status: 'denied',
          reason: `the instance profile ${InstanceProfileName} does not have the role ${name}`,
        };
  } catch (error) {
    if (error instanceof ResourceMissingError)
      return { status: 'denied', reason: `the instance profile ${InstanceProfileName} does not exist` };
    if (error instanceof AccessDeniedError)
      return { status: 'unknown', reason: `the instance profile ${InstanceProfileName} may not be read` };
    throw error;
  }
}
