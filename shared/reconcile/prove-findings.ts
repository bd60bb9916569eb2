import type { AccountLocator } from '../accounts/locate-account.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { AccessRequest } from '../iam/request.ts';
import { type AccessEvidence, type Finding, toFinding } from './access-findings.ts';
import type { AccessResult } from './access-result.ts';
import { collectOrganization } from './collect-organization.ts';
import type { DesiredResource } from './desired-resource.ts';
import { type CallerIndex, createCallerIndex } from './find-callers.ts';
import { judgeHalves, type MemberEvidence } from './judge-halves.ts';
import { listKeyRequests } from './judge-keys.ts';
import type { PrincipalReading } from './judge-principal.ts';
import type { OrganizationEvidence } from './judge-request.ts';
import { collectMemberEvidence, type MemberEvidenceIndex, type NeededRole } from './member-evidence.ts';
import type { PolicyReadings } from './policy-readings.ts';
import { type ContentKeyIndex, collectContentKeys } from './read-content-keys.ts';
import { collectPrincipals, type PrincipalIndex } from './read-principals.ts';
import type { RecordedReadingsIndex } from './recorded-readings.ts';
import type { Services } from './services.ts';
import { createSignInGuide } from './sign-in-guide.ts';

export interface ProofRequest {
  readonly runId: string;
  readonly configuration: Configuration;
  readonly readings: PolicyReadings;
  /** What runs of a burst have recorded. Default: everything is read. */
  readonly recorded?: RecordedReadingsIndex | undefined;
  /** Whether a missing role may still arrive, because a StackSet may not have deployed it yet. */
  readonly mayArrive: boolean;
  /**
   * Whether to read central accounts: the keys that encrypt resources, and the groups and roles that assume member
   * roles. Default: true. If false, an access that depends on one of them is unknown.
   */
  readonly readsCentral?: boolean;
  /** As `OrganizationRequest.locator`. */
  readonly locator?: AccountLocator | undefined;
}

/** A finding that has both a result and the evidence for it. */
interface JudgedAccess {
  readonly result: AccessResult;
  readonly evidence: AccessEvidence;
}

/**
 * Judges every access again. The first findings consider the central account only. This adds member roles, keys, SCPs
 * and RCPs.
 * @throws the retryable errors of `shared/platform/aws`
 */
export async function proveFindings(
  services: Services,
  request: ProofRequest,
  findings: readonly Finding[],
): Promise<readonly Finding[]> {
  const members = await collectMemberEvidence(services, request, findings.flatMap(listNeededRoles));
  return judgeFindings(services, request, findings, members);
}

/** Like `proveFindings`, but the caller has already read the member roles. */
export async function judgeFindings(
  services: Services,
  request: ProofRequest,
  findings: readonly Finding[],
  members: MemberEvidenceIndex,
): Promise<readonly Finding[]> {
  const judged = findings.flatMap(({ result, evidence }) =>
    result === undefined || evidence === undefined ? [] : [{ result, evidence }],
  );
  if (judged.length === 0) return findings;
  const callers = createCallerIndex(request.configuration);
  const central = await collectCentral(services, request, judged, { members, callers });
  const organization = await collectOrganization(
    services,
    request,
    listRequests(judged, { members, ...central }),
  );
  return findings.map((finding) => prove(finding, { members, callers, ...central, organization }, request));
}

type ReadCentral = Pick<ReadEvidence, 'keys' | 'principals'>;

async function collectCentral(
  services: Services,
  request: ProofRequest,
  judged: readonly JudgedAccess[],
  { members, callers }: Pick<ReadEvidence, 'members' | 'callers'>,
): Promise<ReadCentral> {
  const { readsCentral = true } = request;
  if (!readsCentral) return unreadCentral;
  return {
    keys: await collectContentKeys(services, request, judged.flatMap(listEncrypted)),
    principals: await collectPrincipals(services, request, [
      ...judged.flatMap(listPrincipals),
      ...listCallers(judged, callers, members),
    ]),
  };
}

/**
 * Used if central accounts are not read. `judgeHalves` asks it only about accesses that need a key or a group or role
 * of a central account.
 */
const unreadCentral: ReadCentral = {
  keys: {
    find: () => [
      {
        outcome: 'unreadable',
        reason:
          'a sweep does not read the key that encrypts the resource. Run: onboarding check --account ID',
      },
    ],
  },
  principals: {
    find: ({ kind }) =>
      kind.readPrincipal === undefined
        ? undefined
        : {
            outcome: 'unreadable',
            reason:
              'a sweep does not read groups and roles of central accounts. Run: onboarding check --account ID',
          },
  },
};

/** What was read to judge the accesses. */
interface ReadEvidence {
  readonly members: MemberEvidenceIndex;
  readonly keys: ContentKeyIndex;
  readonly principals: PrincipalIndex;
  readonly callers: CallerIndex;
  readonly organization: OrganizationEvidence;
}

/** The resources whose encryption keys have to be read. An access that is already denied needs no key. */
const listEncrypted = ({
  result,
  evidence: { access, desired },
}: JudgedAccess): readonly DesiredResource[] =>
  access.keyUse === undefined || result.status === 'denied' ? [] : [desired];

const listPrincipals = ({ result, evidence: { desired } }: JudgedAccess): readonly DesiredResource[] =>
  result.status === 'denied' ? [] : [desired];

/** The roles of central accounts that assume the member roles of these accesses. */
const listCallers = (
  judged: readonly JudgedAccess[],
  callers: CallerIndex,
  members: MemberEvidenceIndex,
): readonly DesiredResource[] =>
  judged.flatMap(({ result, evidence: { access } }) =>
    access.member?.part !== 'sends' || result.status === 'denied'
      ? []
      : (members.find(result.accountId, access)?.assumptions ?? []).flatMap(
          ({ request }) => callers.find(request) ?? [],
        ),
  );

export const listNeededRoles = ({ result, evidence }: Finding): readonly NeededRole[] => {
  const role = evidence?.access.member?.role;
  return result === undefined || role === undefined ? [] : [{ accountId: result.accountId, role }];
};

const listRequests = (
  judged: readonly JudgedAccess[],
  { members, keys }: Pick<ReadEvidence, 'members' | 'keys'>,
): readonly AccessRequest[] =>
  judged.flatMap(({ result: { accountId }, evidence: { access, desired } }) => [
    access.request,
    ...listKeyRequests(access, keys.find(desired)),
    ...(members.find(accountId, access)?.assumptions ?? []).map(({ request }) => request),
  ]);

function prove(
  finding: Finding,
  { members, callers, keys, principals, organization }: ReadEvidence,
  { mayArrive }: ProofRequest,
): Finding {
  const { result, evidence } = finding;
  if (result === undefined || evidence === undefined) return finding;
  const { status: _, reason: _reason, keys: _keys, statement: _statement, ...described } = result;
  const { resource, accountId, who, what } = described;
  const { access, desired } = evidence;
  const central = { ...evidence.central, keys: keys.find(desired), principal: principals.find(desired) };
  const member = withCallers(members.find(accountId, access), (request) => {
    const resource = callers.find(request);
    return resource === undefined ? undefined : principals.find(resource);
  });
  const judged = judgeHalves(access, central, member, organization);
  const signIn = judged.status === 'verified' ? createSignInGuide(access, member) : undefined;
  const proved = toFinding(
    { ...described, ...judged, ...(signIn === undefined ? {} : { signIn }) },
    evidence,
  );
  if (judged.status !== 'pending' || mayArrive) return proved;
  return { ...proved, violation: `${resource}: ${who} cannot ${what}: ${judged.reason}` };
}

const withCallers = (
  member: MemberEvidence | undefined,
  findCaller: (request: AccessRequest) => PrincipalReading | undefined,
): MemberEvidence | undefined =>
  member && {
    ...member,
    assumptions: (member.assumptions ?? []).map(({ request }) => ({ request, caller: findCaller(request) })),
  };
