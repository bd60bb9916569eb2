import type {
  AccessRequest,
  OrganizationFacts,
  OrganizationMembership,
  RequestPrincipal,
} from '../request.ts';
import { getArnAccount, splitArn } from './arns.ts';
import type { ContextEntry } from './context-entry.ts';

/** What a request says of itself, for keys that follow from it. */
export interface RequestFacts {
  readonly principal: RequestPrincipal;
  readonly action: string;
  /** In lower case: `s3`. */
  readonly service: string;
  readonly partition: string;
  /** The account that the principal belongs to; absent for services, federated and anonymous callers. */
  readonly principalAccount: string | undefined;
  readonly resourceAccount: string | undefined;
  readonly region: string | undefined;
  organizationOf(accountId: string): OrganizationMembership | 'none' | 'unknown';
  /** What was given for a key. */
  given(key: string): ContextEntry | undefined;
}

export function createRequestFacts(
  request: AccessRequest,
  organization: OrganizationFacts | undefined,
  given: ReadonlyMap<string, ContextEntry>,
): RequestFacts {
  const { principal, action, resource } = request;
  const [, partition = 'aws', , region = ''] = splitArn(resource);
  return {
    principal,
    action: action.toLowerCase(),
    service: action.slice(0, action.indexOf(':')).toLowerCase(),
    partition,
    principalAccount: getPrincipalAccount(principal),
    resourceAccount: getResourceAccount(request),
    region: request.region ?? (region === '' ? undefined : region),
    organizationOf: (accountId) => organization?.organizationOf(accountId) ?? 'unknown',
    given: (key) => given.get(key),
  };
}

/** The account that owns the resource; `undefined` if nobody says. */
export const getResourceAccount = ({ resourceAccount, resource }: AccessRequest): string | undefined =>
  resourceAccount ?? getArnAccount(resource);

/** The account that a user, role or root user belongs to. */
export function getPrincipalAccount(principal: RequestPrincipal): string | undefined {
  switch (principal.type) {
    case 'role':
    case 'user':
      return getArnAccount(principal.arn);
    case 'root':
    case 'account':
      return principal.accountId;
    default:
      return undefined;
  }
}
