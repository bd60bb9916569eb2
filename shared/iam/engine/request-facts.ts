import type {
  AccessRequest,
  OrganizationFacts,
  OrganizationMembership,
  RequestPrincipal,
} from '../request.ts';
import { getArnAccount, splitArn } from './arns.ts';
import type { ContextEntry } from './context-entry.ts';

/**
 * The facts about a request from which condition keys are derived. Each is computed when it is first needed. This is a
 * class, because creating an object with many getters would be slow.
 */
export class RequestFacts {
  readonly #request: AccessRequest;
  readonly #organization: OrganizationFacts | undefined;
  readonly #given: ReadonlyMap<string, ContextEntry>;

  constructor(
    request: AccessRequest,
    organization: OrganizationFacts | undefined,
    given: ReadonlyMap<string, ContextEntry>,
  ) {
    this.#request = request;
    this.#organization = organization;
    this.#given = given;
  }

  get principal(): RequestPrincipal {
    return this.#request.principal;
  }

  /** The action in lower case, such as `s3:getobject`. */
  get action(): string {
    return this.#request.action.toLowerCase();
  }

  /** The service in lower case, such as `s3`. */
  get service(): string {
    const { action } = this;
    return action.slice(0, action.indexOf(':'));
  }

  get partition(): string {
    return splitArn(this.#request.resource)[1] ?? 'aws';
  }

  get region(): string | undefined {
    return this.#request.region ?? (splitArn(this.#request.resource)[3] || undefined);
  }

  /** The account of the principal. Absent for services, federated users and anonymous callers. */
  get principalAccount(): string | undefined {
    return getPrincipalAccount(this.#request.principal);
  }

  get resourceAccount(): string | undefined {
    return getResourceAccount(this.#request);
  }

  organizationOf(accountId: string): OrganizationMembership | 'none' | 'unknown' {
    return this.#organization?.organizationOf(accountId) ?? 'unknown';
  }

  /** What was given for a key. `undefined` if nothing was given. */
  given(key: string): ContextEntry | undefined {
    return this.#given.get(key);
  }
}

/**
 * The account that owns the resource. `undefined` if it is unknown. For an action without a resource, the caller's
 * account.
 */
export const getResourceAccount = ({
  resourceAccount,
  resource,
  principal,
}: AccessRequest): string | undefined =>
  resourceAccount ?? (resource === '*' ? getPrincipalAccount(principal) : getArnAccount(resource));

/** Whether the root user opened this session of a federated user. */
export const isFederatedRoot = (principal: RequestPrincipal): boolean =>
  principal.type === 'federated-user' && principal.user?.endsWith(':root') === true;

/** The account of a user, role or root user. */
export function getPrincipalAccount(principal: RequestPrincipal): string | undefined {
  switch (principal.type) {
    case 'role':
    case 'user':
    case 'federated-user':
      return getArnAccount(principal.arn);
    case 'root':
    case 'account':
      return principal.accountId;
    default:
      return undefined;
  }
}
