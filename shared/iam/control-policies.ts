import { binds } from './engine/binding.ts';
import { getPrincipalAccount, getResourceAccount } from './engine/request-facts.ts';
import type { AccessRequest, OrganizationFacts } from './request.ts';

/** An account whose SCPs or RCPs apply to a request. */
export interface ControlPolicyTarget {
  readonly kind: 'scp' | 'rcp';
  readonly accountId: string;
}

/** The accounts of the principal and of the resource, if the request contains them. Pure. */
export const listRequestAccounts = (request: AccessRequest): readonly string[] =>
  [getPrincipalAccount(request.principal), getResourceAccount(request)].filter((id) => id !== undefined);

/**
 * The accounts whose SCPs or RCPs apply: SCPs of the principal's account, and RCPs of the resource's account. SCPs do
 * not apply to services, and RCPs apply only to services that support them ("Policy evaluation logic"). Pure.
 */
export function listControlPolicyTargets(
  request: AccessRequest,
  organization: Pick<OrganizationFacts, 'managementAccount'>,
): readonly ControlPolicyTarget[] {
  const accounts = { scp: getPrincipalAccount(request.principal), rcp: getResourceAccount(request) };
  return (['scp', 'rcp'] as const).flatMap((kind) => {
    const accountId = accounts[kind];
    return accountId !== undefined && binds(kind, request, organization) ? [{ kind, accountId }] : [];
  });
}
