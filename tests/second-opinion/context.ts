import { type Caller, type Case, type ContextValue, listOf, type Request } from './shapes.ts';

/** The values of a key in the request; an empty list for a key that the request does not carry. */
export type Values = readonly string[] | 'unknown';

/** "Multivalued context keys require a condition set operator": these keys, and what the request lists. */
export function isMultivalued(key: string, input: Case): boolean {
  const name = key.toLowerCase();
  if (name === 'aws:tagkeys' || name.endsWith('orgpaths')) return true;
  const given = Object.entries(input.request.context ?? {});
  return given.some(([each, value]) => each.toLowerCase() === name && Array.isArray(value));
}

/** "Context key names are not case-sensitive" (IAM JSON policy elements: Condition). */
export function valuesOf(key: string, input: Case): Values {
  for (const [name, value] of Object.entries(input.request.context ?? {}))
    if (name.toLowerCase() === key.toLowerCase()) return given(value);
  return derived(key.toLowerCase(), input);
}

function given(value: ContextValue): Values {
  if (typeof value === 'string') return [value];
  if ('absent' in value) return [];
  if ('unknown' in value) return 'unknown';
  return value;
}

/** What follows from the request (AWS global condition context keys). Each other key is unknown. */
function derived(key: string, input: Case): Values {
  const { principal, region, resource } = input.request;
  if (key.startsWith('aws:source')) return sourceKey(key, input);
  if (key === 'aws:principalarn') return principalArn(principal);
  if (key === 'aws:principalaccount') return principalAccount(principal);
  if (key === 'aws:principalorgid') return organizationKey('id', accountOfCaller(principal), input);
  if (key === 'aws:principalorgpaths') return organizationKey('path', accountOfCaller(principal), input);
  if (key === 'aws:principaltype') return principalType(principal);
  if (key === 'aws:principalisawsservice') return isService(principal);
  if (key === 'aws:principalservicename') return serviceName(principal);
  if (key === 'aws:username') return userName(principal);
  if (key === 'aws:userid' && principal.type === 'federated-user') return [federatedUserId(principal.arn)];
  if (key === 'aws:resourceaccount') return valueOrUnknown(resourceAccountOf(input.request));
  if (key === 'aws:resourceorgid') return organizationKey('id', resourceAccountOf(input.request), input);
  if (key === 'aws:resourceorgpaths') return organizationKey('path', resourceAccountOf(input.request), input);
  if (key === 'aws:requestedregion') return valueOrUnknown(region ?? regionOfArn(resource));
  return 'unknown';
}

/** `account:caller-specified-name` (Variables and tags, principal key values). */
const federatedUserId = (arn: string): string => `${accountOfArn(arn)}:${arn.split('/')[1] ?? ''}`;

const valueOrUnknown = (value: string | undefined): Values => (value === undefined ? 'unknown' : [value]);

/** The account of a caller; `none` for a caller outside of all accounts. */
export function accountOfCaller(caller: Caller): string | 'none' | undefined {
  if (hasArn(caller)) return accountOfArn(caller.arn);
  if (caller.type === 'root' || caller.type === 'account') return caller.accountId;
  return 'none';
}

const hasArn = (caller: Caller): caller is Extract<Caller, { readonly arn: string }> => 'arn' in caller;

/** A resource of a region is reached through that region. */
const regionOfArn = (arn: string): string | undefined => {
  const region = arn.split(':')[3] ?? '';
  return region === '' ? undefined : region;
};

export const accountOfArn = (arn: string): string => arn.split(':')[4] ?? '';

/** What an action without a resource is about belongs to the caller's account. */
export function resourceAccountOf({ resourceAccount, resource, principal }: Request): string | undefined {
  if (resourceAccount !== undefined) return resourceAccount;
  if (resource === '*') {
    const own = accountOfCaller(principal);
    return own === 'none' ? undefined : own;
  }
  const account = accountOfArn(resource);
  return account === '' ? undefined : account;
}

function principalArn(caller: Caller): Values {
  if (hasArn(caller)) return [caller.arn];
  if (caller.type === 'root') return [`arn:aws:iam::${caller.accountId}:root`];
  return caller.type === 'anonymous' ? [] : 'unknown';
}

function principalAccount(caller: Caller): Values {
  if (caller.type === 'anonymous') return ['anonymous'];
  const account = accountOfCaller(caller);
  return account === undefined || account === 'none' ? 'unknown' : [account];
}

function principalType(caller: Caller): Values {
  const types: Readonly<Record<string, string>> = {
    role: 'AssumedRole',
    user: 'User',
    'federated-user': 'FederatedUser',
    root: 'Account',
    anonymous: 'Anonymous',
  };
  return valueOrUnknown(types[caller.type]);
}

function isService({ type }: Caller): Values {
  if (type === 'anonymous') return [];
  if (type === 'federated') return 'unknown';
  return [type === 'service' ? 'true' : 'false'];
}

const serviceName = (caller: Caller): Values => (caller.type === 'service' ? [caller.service] : []);

/** "Always included in the request context for IAM users": others have no user name. */
function userName(caller: Caller): Values {
  if (caller.type === 'user') return [caller.arn.slice(caller.arn.lastIndexOf('/') + 1)];
  return caller.type === 'account' || caller.type === 'federated' ? 'unknown' : [];
}

/** "Included only when the call is made directly by an AWS service principal". */
function sourceKey(key: string, input: Case): Values {
  const { principal } = input.request;
  // A role session alone carries it.
  if (key === 'aws:sourceidentity' && principal.type === 'federated-user') return [];
  const names = ['aws:sourceaccount', 'aws:sourcearn', 'aws:sourceorgid', 'aws:sourceorgpaths'];
  if (!names.includes(key)) return 'unknown';
  if (principal.type !== 'service') return [];
  if (key === 'aws:sourceaccount') return valueOrUnknown(principal.sourceAccount);
  if (key === 'aws:sourcearn') return valueOrUnknown(principal.sourceArn);
  return organizationKey(key === 'aws:sourceorgid' ? 'id' : 'path', principal.sourceAccount, input);
}

/** "Included only if the principal (or the resource's owner) is a member of an organization". */
function organizationKey(part: 'id' | 'path', account: string | 'none' | undefined, input: Case): Values {
  if (account === 'none') return [];
  const organization = account === undefined ? undefined : input.organization?.accounts[account];
  if (organization === undefined) return 'unknown';
  if (organization === 'none') return [];
  const value = organization[part];
  return value === undefined ? 'unknown' : listOf(value);
}
