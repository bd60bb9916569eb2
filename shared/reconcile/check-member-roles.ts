import type { AccountLocator } from '../accounts/locate-account.ts';
import { evaluateSelection, noStoredOus } from '../accounts/stored-ous.ts';
import type { ActiveConfiguration } from '../configuration/active-configuration.ts';
import { createMemberRolePolicies } from '../configuration/member-role-policies.ts';
import { defaultMemberRolesMinutes } from '../configuration/schema.ts';
import type { MemberRole } from '../grants/member-roles/schema.ts';
import type { Account, RegisteredAccount } from '../platform/account.ts';
import { getPartitionFacts } from '../platform/partitions.ts';
import type { MemberRoleStatus, WholeRun } from '../store/ports.ts';
import type { Finding } from './access-findings.ts';
import type { DesiredResource } from './desired-resource.ts';
import { listActiveResources } from './desired-resources.ts';
import { collectMemberEvidence, type MemberEvidenceIndex, type NeededRole } from './member-evidence.ts';
import { findMemberRoleDrift } from './member-role-drift.ts';
import type { MemberRoleReading } from './member-role-state.ts';
import { createPolicyReadings } from './policy-readings.ts';
import { judgeFindings, listNeededRoles } from './prove-findings.ts';
import type { Services } from './services.ts';
import { judgeResources } from './verify.ts';

/** One member role of one account, compared with the configuration. */
export interface MemberRoleDrift {
  readonly account: RegisteredAccount;
  readonly role: MemberRole;
  readonly status: MemberRoleStatus;
  /** The differences, or why the role was not read. One phrase for each. Empty if the role equals the configuration. */
  readonly reasons: readonly string[];
}

export interface MemberRoleCheck {
  readonly roles: readonly MemberRoleDrift[];
  /** What the policies of the central account and of the member role together prove, for each access. */
  readonly findings: readonly Finding[];
}

export interface MemberRoleCheckRequest {
  readonly active: ActiveConfiguration;
  readonly whole: WholeRun & { readonly runId: string };
  readonly accounts: readonly RegisteredAccount[];
}

/**
 * The member roles that StackSets deploy to the account. None for the management account, because StackSets never
 * deploy to it.
 */
export function listMemberRolesOf(
  { configuration: { memberRoles = [], organization }, ous = noStoredOus }: ActiveConfiguration,
  account: Account,
): readonly MemberRole[] {
  if (account.id === organization.managementAccount) return [];
  return memberRoles.filter((role) => evaluateSelection(role.for, account, ous) === 'selected');
}

/**
 * Compares the member roles of accounts with the configuration, and judges every access of the accounts. For the
 * central account's policies, it uses the results in the record of the run. Each member role is read once. Writes
 * nothing.
 * @throws the retryable errors of `shared/platform/aws`
 */
export async function checkMemberRoles(
  services: Services,
  { active, whole, accounts }: MemberRoleCheckRequest,
): Promise<MemberRoleCheck> {
  if (accounts.length === 0) return { roles: [], findings: [] };
  const { configuration } = active;
  const { runId } = whole;
  const resources = listActiveResources(active, accounts).filter(isShared);
  // The sweep has read every central resource before. Its record has the result for each resource, so none is read
  // again.
  const central = await judgeResources(
    services,
    { configuration, whole, accounts, mayRead: false },
    resources,
  );
  // The function that checks member roles for the sweep has no right to read keys and roles of central accounts. Runs
  // and `onboarding check` have it.
  const inspection = { active, runId, startedAt: whole.run?.startedAt, accounts, readsCentral: false };
  return inspectMembers(services, inspection, central);
}

export interface MemberInspection {
  readonly active: ActiveConfiguration;
  readonly runId: string;
  /** When the run began, ISO 8601. Older readings of policies are not used. Default: now. */
  readonly startedAt?: string | undefined;
  readonly accounts: readonly RegisteredAccount[];
  /** As `ProofRequest.readsCentral`. */
  readonly readsCentral?: boolean;
  /** As `OrganizationRequest.locator`. */
  readonly locator?: AccountLocator | undefined;
}

/**
 * Reads the roles of the member accounts, and judges each access by both halves: the central policy and the member
 * role.
 * @param central the findings from the central policies
 */
export async function inspectMembers(
  services: Services,
  { active, runId, startedAt, accounts, readsCentral = true, locator }: MemberInspection,
  central: readonly Finding[],
): Promise<MemberRoleCheck> {
  const { configuration } = active;
  const own = accounts.flatMap((account) =>
    listMemberRolesOf(active, account).map((role) => ({ account, role })),
  );
  const needed: readonly NeededRole[] = [
    ...own.map(({ account, role }) => ({ accountId: account.id, role: role.name })),
    ...central.flatMap(listNeededRoles),
  ];
  const request = { runId, configuration, readings: createPolicyReadings(services, startedAt) };
  const members = await collectMemberEvidence(services, { ...request, mayArrive: false }, needed);
  // `mayArrive: true` makes an access whose role is missing no violation. The result lists every missing role by
  // itself, also a role that no access needs.
  const findings = await judgeFindings(
    services,
    { ...request, mayArrive: true, readsCentral, locator },
    central,
    members,
  );
  const now = services.clock.now();
  return { findings, roles: own.map((each) => compareRole(each, { active, members, now })) };
}

const isShared = ({ shares }: DesiredResource): boolean => shares.some(({ accounts }) => accounts.length > 0);

interface RoleComparison {
  readonly active: ActiveConfiguration;
  readonly members: MemberEvidenceIndex;
  readonly now: number;
}

function compareRole(
  { account, role }: Pick<MemberRoleDrift, 'account' | 'role'>,
  { active, members, now }: RoleComparison,
): MemberRoleDrift {
  const { configuration } = active;
  const reading = members.find(account.id, { member: { role: role.name, part: 'sends' } })?.reading;
  const judged = judgeReading(reading, () =>
    createMemberRolePolicies(role, configuration, {
      accountId: account.id,
      dnsSuffix: getPartitionFacts(configuration.partition).dnsSuffix,
    }),
  );
  const { memberRolesMinutes = defaultMemberRolesMinutes } = configuration.verification ?? {};
  const isRecent =
    reading?.outcome !== 'failed' && now - Date.parse(account.updatedAt) < memberRolesMinutes * 60_000;
  const mayArrive = isRecent && (judged.status === 'missing' || judged.status === 'unreadable');
  return { account, role, ...judged, ...(mayArrive ? { status: 'pending' } : {}) };
}

function judgeReading(
  reading: MemberRoleReading | undefined,
  getExpected: () => ReturnType<typeof createMemberRolePolicies>,
): Pick<MemberRoleDrift, 'status' | 'reasons'> {
  switch (reading?.outcome) {
    case undefined:
      return { status: 'unreadable', reasons: ['the role was not read'] };
    case 'missing':
      return { status: 'missing', reasons: [] };
    case 'failed':
      return { status: 'missing', reasons: [reading.reason] };
    case 'wrong':
      return { status: 'name-taken', reasons: [reading.reason] };
    case 'unreadable':
      return { status: 'unreadable', reasons: [reading.reason] };
    case 'read': {
      const reasons = findMemberRoleDrift(getExpected(), reading.state.parts);
      return { status: reasons.length === 0 ? 'equal' : 'different', reasons };
    }
  }
}
