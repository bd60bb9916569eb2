import type { SimulatedWorld } from './world.ts';

/**
 * Whether AWS accepts a principal in a resource policy: an account that exists and is active, a role or user that
 * exists, a service. AWS rejects the unique id of a deleted role (`AROA…`). Source: "AWS JSON policy elements:
 * Principal" (IAM user guide).
 */
export function isKnownPrincipal(world: SimulatedWorld, type: string, name: string): boolean {
  if (name === '*') return type === 'AWS' || type === '*';
  switch (type) {
    case 'AWS':
      return isKnownAwsPrincipal(world, name);
    case 'Service':
      return /^[a-z0-9.-]+\.amazonaws\.com$/.test(name);
    case 'Federated':
      return name.length > 0;
    case 'CanonicalUser':
      return /^[0-9a-f]{64}$/.test(name);
    default:
      return false;
  }
}

/** Active accounts of the organization, and known accounts outside it. */
export const isLivingAccount = (world: SimulatedWorld, id: string): boolean =>
  world.accounts.get(id)?.state === 'ACTIVE' || world.foreignAccounts.has(id);

const isAcceptedAccount = (world: SimulatedWorld, id: string): boolean =>
  isLivingAccount(world, id) && !world.refusedPrincipals.has(id);

function isKnownAwsPrincipal(world: SimulatedWorld, name: string): boolean {
  if (/^\d{12}$/.test(name)) return isAcceptedAccount(world, name);
  const [arn, partition, service, , accountId = '', resource = ''] = name.split(':');
  if (arn !== 'arn' || partition !== world.settings.partition || !isAcceptedAccount(world, accountId))
    return false;
  if (service === 'sts') return isSessionOfKnownRole(world, accountId, resource);
  return service === 'iam' && (resource === 'root' || isKnownIdentity(world, name));
}

const isKnownIdentity = ({ roles, users, principals }: SimulatedWorld, arn: string): boolean =>
  roles.has(arn) || users.has(arn) || principals.has(arn);

const isSessionOfKnownRole = (world: SimulatedWorld, accountId: string, resource: string): boolean => {
  const role = /^assumed-role\/([^/]+)\/[^/]+$/.exec(resource)?.[1];
  return [...world.roles.values()].some((each) => each.accountId === accountId && each.name === role);
};
