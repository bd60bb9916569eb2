import { AccountNotMemberError } from '../accounts/errors.ts';
import type { AccountLocator } from '../accounts/locate-account.ts';
import { getActiveConfiguration } from '../configuration/active-configuration.ts';
import { listControlPolicyTargets } from '../iam/control-policies.ts';
import { type Explanation, explain } from '../iam/explain.ts';
import { findPublicBlock } from '../iam/public-statements.ts';
import type { AccessRequest, RequestPrincipal } from '../iam/request.ts';
import { getTimestamp } from '../platform/clock.ts';
import { collectOrganization } from './collect-organization.ts';
import { createLocator } from './create-locator.ts';
import { listOrganizationPolicies, type OrganizationEvidence } from './judge-request.ts';
import { createPolicyReadings } from './policy-readings.ts';
import { type PrincipalPolicies, readPrincipalPolicies } from './read-principal-policies.ts';
import { type ResourceAccess, readResourceAccess } from './read-resource-access.ts';
import type { Services } from './services.ts';
import type { UnreadEvidence } from './unread-evidence.ts';

export interface ExplanationRequest {
  readonly runId: string;
  readonly request: AccessRequest;
}

/** Whether a request is allowed and which statements decide, together with the policies that could not be read. */
export interface AccessExplanation extends Explanation {
  readonly request: AccessRequest;
  readonly unread: readonly UnreadEvidence[];
  /** Warnings about accounts whose place in the organization may be outdated, one line for each. */
  readonly warnings: readonly string[];
}

/**
 * Evaluates a request by the policies that AWS has now, and names the statements that decide about it. Writes nothing.
 * @throws AccountNotMemberError if the registry does not have the account of the principal
 */
export async function explainAccess(
  services: Services,
  { runId, request }: ExplanationRequest,
): Promise<AccessExplanation> {
  const active = await getActiveConfiguration(services.store);
  const locator = await createLocator(services, active);
  await requireMember(locator, getAccountId(request.principal));
  const reading = { runId, active };
  const principal = await readPrincipalPolicies(services, reading, request.principal);
  const resource = await readResourceAccess(services, reading, request.resource);
  const placed = placeRequest(services, request, resource);
  const { configuration } = active;
  const readings = createPolicyReadings(services);
  const organization = await collectOrganization(services, { configuration, readings, locator }, [placed]);
  const explained = explainEvidence(placed, { principal, resource, organization });
  return { ...explained, warnings: locator.listWarnings() };
}

async function requireMember(locator: AccountLocator, accountId: string | undefined): Promise<void> {
  if (accountId === undefined || (await locator.find(accountId)) !== undefined) return;
  throw new AccountNotMemberError(
    `The registry has no account ${accountId}, which the principal belongs to. Nothing was read. Run: onboarding import`,
    { accountId },
  );
}

/**
 * The account to which a user, role, root user or identity provider belongs. `undefined` for other principals, such as
 * AWS services.
 */
function getAccountId(principal: RequestPrincipal): string | undefined {
  if ('accountId' in principal) return principal.accountId;
  return 'arn' in principal ? principal.arn.split(':')[4] : undefined;
}

/** Adds to the request the present time, and the account and region of the resource if they are known. */
const placeRequest = (
  { clock }: Services,
  request: AccessRequest,
  { place }: ResourceAccess,
): AccessRequest => ({
  ...request,
  ...(place === undefined ? {} : { resourceAccount: place.accountId, region: place.region }),
  context: { 'aws:CurrentTime': getTimestamp(clock), ...request.context },
});

interface Evidence {
  readonly principal: PrincipalPolicies;
  readonly resource: ResourceAccess;
  readonly organization: OrganizationEvidence;
}

function explainEvidence(
  request: AccessRequest,
  { principal, resource, organization }: Evidence,
): Omit<AccessExplanation, 'warnings'> {
  const unread = [...principal.unread, ...resource.unread, ...listUnreadOrganization(request, organization)];
  const explanation = explain({
    request,
    policies: [
      ...principal.policies,
      ...resource.policies,
      ...listOrganizationPolicies(request, organization),
    ],
    keyGrants: resource.keyGrants,
    unread: unread.flatMap(({ kind, reason }) => (kind === 'key-grant' ? [] : [{ kind, reason }])),
    unreadKeyGrants: unread.find(({ kind }) => kind === 'key-grant')?.reason,
    organization: organization.facts,
  });
  const missing = principal.missing ?? resource.missing;
  const blocked = findPublicBlock(resource.policies, request);
  if (missing === undefined && explanation.outcome === 'allowed' && blocked !== undefined)
    return { ...explanation, outcome: 'unknown', reasons: [blocked], request, unread };
  if (missing === undefined) return { ...explanation, request, unread };
  const denied = { outcome: 'denied', explicit: false, statements: [], unknowns: [] } as const;
  return { ...explanation, ...denied, reasons: [missing], request, unread };
}

/**
 * If it may be outdated where an account is in the organization, it is also unknown which SCPs and RCPs apply to it.
 */
function listUnreadOrganization(
  request: AccessRequest,
  { unread, unplaced, facts, ignoresPolicies = false }: OrganizationEvidence,
): readonly UnreadEvidence[] {
  if (unread !== undefined)
    return (['scp', 'rcp'] as const).map((kind) => ({ kind, of: 'the organization', reason: unread }));
  if (ignoresPolicies) return [];
  return listControlPolicyTargets(request, facts).flatMap(({ kind, accountId }) => {
    const reason = unplaced?.get(accountId);
    return reason === undefined ? [] : [{ kind, of: accountId, reason }];
  });
}
