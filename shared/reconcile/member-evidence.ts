import pMap from 'p-map';
import { getGrantContext } from '../configuration/context.ts';
import { getMemberReaderRole, getStackSetName } from '../configuration/member-stack-sets.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { Access } from '../grants/access.ts';
import { createAssumeRequests } from '../grants/member-roles/assume-request.ts';
import { findMemberRole } from '../grants/member-roles/references.ts';
import type { MemberRole } from '../grants/member-roles/schema.ts';
import type { MemberEvidence } from './judge-halves.ts';
import { createManagedPolicyReader } from './managed-policy-reader.ts';
import type { MemberRoleReading } from './member-role-state.ts';
import type { PolicyReadings } from './policy-readings.ts';
import { isReaderRefused, readMemberRole } from './read-member-role.ts';
import { findStackFailure, formatStackCommand, type StackInstance } from './read-stack-instance.ts';
import type { Services } from './services.ts';

/** A member role that an access needs. Its trust and its policies are the member half of the access. */
export interface NeededRole {
  readonly accountId: string;
  /** With its path. */
  readonly role: string;
}

export interface MemberReadingRequest {
  readonly runId: string;
  readonly configuration: Configuration;
  readonly readings: PolicyReadings;
  /** Whether a missing role may still arrive, because a StackSet may not have deployed it yet. */
  readonly mayArrive: boolean;
}

/** What was read of each member role, by account and role name. */
export interface MemberEvidenceIndex {
  find(accountId: string, access: Pick<Access, 'member'>): MemberEvidence | undefined;
}

const keyOf = ({ accountId, role }: NeededRole): string => `${accountId}/${role}`;

/** Reads each role once. @throws the retryable errors of `shared/platform/aws` */
export async function collectMemberEvidence(
  services: Services,
  request: MemberReadingRequest,
  needed: readonly NeededRole[],
): Promise<MemberEvidenceIndex> {
  const distinct = new Map(needed.map((each) => [keyOf(each), each]));
  const managedPolicies = createManagedPolicyReader(request.readings);
  const findFailure = createFailureFinder(services);
  const read = await pMap(
    distinct,
    async ([key, each]) =>
      [key, await collectOne(services, request, { ...each, managedPolicies, findFailure })] as const,
    { concurrency: 8 },
  );
  const readingsByRole = new Map(read);
  return {
    find: (accountId, { member }) =>
      member === undefined ? undefined : readingsByRole.get(keyOf({ accountId, role: member.role })),
  };
}

type Wanted = NeededRole & {
  readonly managedPolicies: ReturnType<typeof createManagedPolicyReader>;
  readonly findFailure: ReturnType<typeof createFailureFinder>;
};

/**
 * Finds out why a StackSet has not deployed a role. Reads each stack instance once, even if it deploys several roles.
 */
function createFailureFinder({ hub }: Services): (instance: StackInstance) => Promise<string | undefined> {
  const asked = new Map<string, Promise<string | undefined>>();
  return (instance) => {
    const key = `${instance.stackSet}/${instance.accountId}`;
    const failure = asked.get(key) ?? findStackFailure(hub.cloudFormation, instance);
    asked.set(key, failure);
    return failure;
  };
}

async function collectOne(
  services: Services,
  request: MemberReadingRequest,
  wanted: Wanted,
): Promise<MemberEvidence> {
  const { configuration } = request;
  const { accountId } = wanted;
  const role = findMemberRole(wanted.role, configuration.memberRoles ?? []);
  if (role === undefined)
    return {
      reading: unreadable(
        `the role ${wanted.role} is no member role of the configuration, so it cannot be read`,
      ),
    };
  const arn = `arn:${configuration.partition}:iam::${accountId}:role/${role.name}`;
  return {
    reading: await readThroughReader(services, request, { ...wanted, role, arn }),
    assumptions: createAssumeRequests(role, getGrantContext(configuration), { accountId, arn }).map(
      (request) => ({
        request,
      }),
    ),
  };
}

const unreadable = (reason: string): UnreadRole => ({ outcome: 'unreadable', reason });

async function readThroughReader(
  services: Services,
  { runId, configuration, mayArrive }: MemberReadingRequest,
  wanted: PlacedRole,
): Promise<MemberRoleReading> {
  const { accountId, role, arn, managedPolicies } = wanted;
  const readerRole = getMemberReaderRole(role, configuration);
  const access = services.aws(runId, {
    partition: configuration.partition,
    spokeRole: readerRole,
    template: 'member',
  });
  const { iam } = access.getReader({ accountId, region: getGlobalRegion(configuration) });
  const isReached = accountId !== configuration.organization.managementAccount;
  try {
    const reading = await readMemberRole({ iam, managedPolicies }, { role, arn });
    if (reading.outcome !== 'missing' || !isReached) return reading;
    return await explainMissing(configuration, wanted, reading);
  } catch (error) {
    if (!isReaderRefused(error)) throw error;
    const reason = `the role ${readerRole} of account ${accountId}, by which member roles are read, cannot be assumed`;
    if (!isReached) return unreadable(reason);
    return explainMissing(
      configuration,
      wanted,
      mayArrive ? { outcome: 'missing', reason } : unreadable(reason),
    );
  }
}

type PlacedRole = Omit<Wanted, 'role'> & { readonly role: MemberRole; readonly arn: string };

type UnreadRole = Extract<MemberRoleReading, { readonly reason: string }>;

/**
 * Adds to a missing role why its StackSet has not deployed it, if the hub may read that, and the command that shows the
 * status.
 */
async function explainMissing(
  configuration: Configuration,
  { role, accountId, findFailure }: PlacedRole,
  { outcome, reason }: UnreadRole,
): Promise<MemberRoleReading> {
  const instance = { stackSet: getStackSetName(role, configuration), accountId };
  const failure = await findFailure(instance);
  const next = `To see the StackSet there, run: ${formatStackCommand(instance, configuration.partition)}`;
  return failure === undefined
    ? { outcome, reason: `${reason}. ${next}` }
    : {
        outcome: 'failed',
        reason: `the StackSet ${instance.stackSet} failed in account ${accountId}: ${failure}. ${next}`,
      };
}

/** IAM is global, but an IAM client needs some region of the partition. */
const getGlobalRegion = ({ centralAccounts }: Configuration): string =>
  Object.values(centralAccounts).find((account) => account !== undefined)?.region ?? 'us-east-1';
