import type { AccountLocator } from '../accounts/locate-account.ts';
import { isMember } from '../accounts/membership.ts';
import { getGrantContext } from '../configuration/context.ts';
import type { Configuration } from '../configuration/schema.ts';
import { listControlPolicyTargets, listRequestAccounts } from '../iam/control-policies.ts';
import type { AccessRequest } from '../iam/request.ts';
import { getTimestamp } from '../platform/clock.ts';
import type { OrganizationEvidence } from './judge-request.ts';
import { createOrganizationFacts } from './organization-facts.ts';
import type { PolicyReadings } from './policy-readings.ts';
import { readOrganizationPolicies } from './read-organization-policies.ts';
import type { Services } from './services.ts';

export interface OrganizationRequest {
  readonly configuration: Configuration;
  readonly readings: PolicyReadings;
  /**
   * Finds where the accounts of the requests are in the organization. Default: their positions in the registry are
   * used.
   */
  readonly locator?: AccountLocator | undefined;
}

/**
 * Collects what decides about the requests besides the policies of resources and roles: the OUs of the accounts, as
 * values of condition keys, and the SCPs and RCPs that apply to them.
 * @throws the retryable errors of `shared/platform/aws`, except for throttled calls
 */
export async function collectOrganization(
  { store, hub, clock }: Services,
  { configuration, readings, locator }: OrganizationRequest,
  requests: readonly AccessRequest[],
): Promise<OrganizationEvidence> {
  const now = getTimestamp(clock);
  const central = Object.values(getGrantContext(configuration).centralAccounts).map(({ id }) => id);
  const requested = new Set(requests.flatMap(listRequestAccounts));
  const ids = [...new Set([...central, ...requested])];
  const [located, registered] = await Promise.all([
    Promise.all(locator === undefined ? [] : [...requested].map((id) => locator.find(id))),
    store.registry.getAccounts(locator === undefined ? ids : ids.filter((id) => !requested.has(id))),
  ]);
  const unplaced = locator?.listUnread() ?? new Map<string, string>();
  const accounts = [...located.filter((account) => account !== undefined), ...registered];
  const facts = createOrganizationFacts(configuration, accounts, unplaced);
  const nothing = { facts, now, unplaced, listPolicies: () => [] };
  if (configuration.verification?.organizationPolicies === 'ignore')
    return { ...nothing, ignoresPolicies: true };
  const members = new Map(accounts.filter(isMember).map((account) => [account.id, account]));
  // SCPs and RCPs apply only to members of the organization.
  const targets = requests
    .flatMap((request) => listControlPolicyTargets(request, configuration.organization))
    .flatMap((target) => {
      const account = members.get(target.accountId);
      return account === undefined ? [] : [{ ...target, parentIds: account.parentIds }];
    });
  const policies = await readOrganizationPolicies(hub.organizations, readings, targets);
  return 'unread' in policies
    ? { ...nothing, unread: policies.unread }
    : { ...nothing, listPolicies: policies.listPolicies };
}
