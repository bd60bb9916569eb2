import { isMember } from '../accounts/membership.ts';
import { getGrantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import { type Finding, toFinding } from './access-findings.ts';
import { judgeHalves, type OrganizationEvidence } from './judge-halves.ts';
import { collectMemberEvidence, type MemberEvidenceIndex, type NeededRole } from './member-evidence.ts';
import { createOrganizationFacts } from './organization-facts.ts';
import { readOrganizationPolicies } from './read-organization-policies.ts';
import type { Services } from './services.ts';

export interface ProofRequest {
  readonly runId: string;
  readonly configuration: Configuration;
  /** Whether a member role that is not there may still arrive. */
  readonly mayArrive: boolean;
}

/** Judges every access again, now with what the member accounts have. @throws the retryable errors of `shared/platform/aws` */
export async function proveFindings(
  services: Services,
  request: ProofRequest,
  findings: readonly Finding[],
): Promise<readonly Finding[]> {
  const needed = findings.flatMap(listNeeded);
  if (needed.length === 0) return findings;
  const members = await collectMemberEvidence(services, request, needed);
  const organization = await collectOrganization(services, request, needed);
  return findings.map((finding) => prove(finding, members, organization, request));
}

const listNeeded = ({ result, evidence }: Finding): readonly NeededRole[] => {
  const role = evidence?.access.member?.role;
  return result === undefined || role === undefined ? [] : [{ accountId: result.accountId, role }];
};

function prove(
  finding: Finding,
  members: MemberEvidenceIndex,
  organization: OrganizationEvidence,
  { mayArrive }: ProofRequest,
): Finding {
  const { result, evidence } = finding;
  if (result === undefined || evidence === undefined) return finding;
  const { status: _, reason: _reason, keys: _keys, statement: _statement, ...described } = result;
  const { resource, accountId, who, what } = described;
  const { access, central } = evidence;
  const judged = judgeHalves(access, central, members.find(accountId, access), organization);
  const proved = toFinding({ ...described, ...judged }, evidence);
  if (judged.status !== 'pending' || mayArrive) return proved;
  return { ...proved, violation: `${resource}: ${who} cannot ${what}: ${judged.reason}` };
}

/** The accounts that take part: the central ones and those of the run. Their ids and OUs are values of condition keys. */
async function collectOrganization(
  { store, hub }: Services,
  { configuration }: ProofRequest,
  needed: readonly NeededRole[],
): Promise<OrganizationEvidence> {
  const central = Object.values(getGrantContext(configuration).centralAccounts).map(({ id }) => id);
  const ids = new Set([...central, ...needed.map(({ accountId }) => accountId)]);
  const found = await Promise.all([...ids].map((id) => store.registry.getAccount(id)));
  const accounts = found.filter((account) => account !== undefined);
  const facts = createOrganizationFacts(configuration, accounts);
  if (configuration.verification?.organizationPolicies === 'ignore') return { facts, listPolicies: () => [] };
  const policies = await readOrganizationPolicies(hub.organizations, accounts.filter(isMember));
  return 'unread' in policies
    ? { facts, listPolicies: () => [], unread: policies.unread }
    : { facts, listPolicies: (accountId) => policies.byAccount.get(accountId) ?? [] };
}
