import pMap from 'p-map';
import { getActiveConfiguration } from '../configuration/active-configuration.ts';
import type { Configuration } from '../configuration/schema.ts';
import type { ResourceRef } from '../grants/contract.ts';
import type { AppliedKeyGrant } from '../iam/applied-access.ts';
import type { AppliedPolicy } from '../iam/applied-policy.ts';
import type { Statement } from '../iam/document.ts';
import { type Holder, listHolders, toAwsHolder } from '../iam/holders.ts';
import { findGrantName, installationOf } from '../iam/managed-statements.ts';
import type { AccessRequest, ContextValues } from '../iam/request.ts';
import { labelStatement, listActions } from '../iam/statement-label.ts';
import type { Account } from '../platform/account.ts';
import { getTimestamp } from '../platform/clock.ts';
import { type HolderStatus, isAbout, judgeHolder, judgeKeyGrant } from './judge-holder.ts';
import type { PrincipalReading } from './judge-principal.ts';
import { findTrustingMemberRole } from './member-role-trust.ts';
import { createOrganizationFacts } from './organization-facts.ts';
import { createPolicyReadings } from './policy-readings.ts';
import { listIdentityResources, readIdentityPolicies } from './read-principal-policies.ts';
import { readPrincipal } from './read-principals.ts';
import { type ResourceAccess, readResourceAccess } from './read-resource-access.ts';
import type { ReadingRequest } from './read-role.ts';
import type { Services } from './services.ts';
import type { UnreadEvidence } from './unread-evidence.ts';

export interface WhoCanRequest {
  readonly runId: string;
  /** The ARN of the resource. */
  readonly resource: string;
  /** The action to ask about. Default: `sts:AssumeRole` for a role, and any action for other resources. */
  readonly action?: string | undefined;
  readonly context?: ContextValues;
}

/** A principal that a statement or a KMS grant names as a user of the resource. */
export interface WhoCanEntry extends Holder, HolderStatus {
  readonly accountName?: string;
  /** The group of the central account whose people have the access. */
  readonly group?: string;
  readonly actions: readonly string[];
  /** The policy or KMS grant that gives the access. */
  readonly policy: string;
  readonly statement?: string;
  /** The grant of the configuration that gives the access. */
  readonly grant?: string;
  /** The member role whose trust policy in the configuration gives the access. */
  readonly memberRole?: string;
  /**
   * Whether this installation manages the statement. A managed statement without `grant` belongs to a grant that was
   * removed or renamed.
   */
  readonly managed: boolean;
}

export interface WhoCan {
  readonly action: string | undefined;
  readonly entries: readonly WhoCanEntry[];
  /** Statements that deny access to the resource. */
  readonly denials: readonly string[];
  readonly unread: readonly UnreadEvidence[];
  /** Why the resource does not exist. Absent if it exists, or if its existence is unknown. */
  readonly missing?: string;
  /**
   * The account that owns the resource, if its identity policies may also give access. They are not read. Absent if
   * only the resource's own policy can give access.
   */
  readonly ownerId?: string;
}

/** What the entries of the list are described with. */
interface Naming {
  readonly configuration: Configuration;
  readonly accounts: ReadonlyMap<string, Account>;
  /** The request, still without a principal. Absent if the question is about no particular action. */
  readonly asked?: Omit<AccessRequest, 'principal'> | undefined;
}

/** What the entries of the list are made from. */
interface Listing extends Naming {
  readonly access: ResourceAccess;
  readonly facts: ReturnType<typeof createOrganizationFacts>;
}

/** Lists the principals that may use a resource, by the policies that AWS has now. Writes nothing. */
export async function listWhoCan(services: Services, request: WhoCanRequest): Promise<WhoCan> {
  const active = await getActiveConfiguration(services.store);
  const { configuration } = active;
  const reading = { runId: request.runId, active };
  const access = await readResourceAccess(services, reading, request.resource);
  const accounts = await services.store.registry.listAccounts();
  const isRole = /^arn:[^:]*:iam::\d{12}:role\//.test(request.resource);
  const action = request.action ?? (isRole ? 'sts:AssumeRole' : undefined);
  const listing: Listing = {
    configuration,
    accounts: new Map(accounts.map((account) => [account.id, account])),
    asked: action === undefined ? undefined : placeRequest(services, request, { action, access }),
    access,
    facts: createOrganizationFacts(configuration, accounts),
  };
  const granted = isRole
    ? await listGrantedByIdentity(services, reading, listing)
    : { entries: [], unread: [] };
  const { policies, keyGrants, missing } = access;
  return {
    action,
    entries: [
      ...policies.flatMap((policy) => listPolicyEntries(policy, listing)),
      ...keyGrants.flatMap((grant) => listKeyGrantEntries(grant, listing)),
      ...granted.entries,
    ],
    denials: policies.flatMap(listDenials),
    unread: [...access.unread, ...granted.unread],
    ...(missing === undefined ? {} : { missing }),
    ...getOwner(request.resource, access),
  };
}

const placeRequest = (
  { clock }: Services,
  { resource, context }: WhoCanRequest,
  { action, access: { place } }: { readonly action: string; readonly access: ResourceAccess },
): Listing['asked'] => ({
  action,
  resource,
  ...(place === undefined ? {} : { resourceAccount: place.accountId, region: place.region }),
  context: { 'aws:CurrentTime': getTimestamp(clock), ...context },
});

/**
 * For a key or a role, the resource's own policy must allow the access, whatever identity policies say ("Policy
 * evaluation logic").
 */
function getOwner(resource: string, { place }: ResourceAccess): Pick<WhoCan, 'ownerId'> {
  const ownerId = place?.accountId ?? resource.split(':')[4];
  const needsOwnPolicy = /^arn:[^:]*:(kms:[^:]*:\d{12}:key|iam::\d{12}:role)\//.test(resource);
  return needsOwnPolicy || ownerId === undefined || ownerId === '' ? {} : { ownerId };
}

const listDenials = ({ name, document }: AppliedPolicy): readonly string[] =>
  document.Statement.filter(({ Effect }) => Effect === 'Deny').map(
    (statement) => `${labelStatement(statement)} of ${name}`,
  );

const listAllows = ({ document }: AppliedPolicy): readonly Statement[] =>
  document.Statement.filter(({ Effect }) => Effect === 'Allow');

/** The principals that a policy names, each with its statement and its grant. No request is judged. Pure. */
export const listNamedPrincipals = (policy: AppliedPolicy, listing: Naming): readonly WhoCanEntry[] =>
  listAllows(policy).flatMap((statement) => {
    const named = { ...describeStatement(statement, policy, listing), status: 'named' as const };
    return listHolders(statement).map((holder) => ({ ...describe(holder, listing), ...named }));
  });

function listPolicyEntries(policy: AppliedPolicy, listing: Listing): readonly WhoCanEntry[] {
  const { asked, access, facts } = listing;
  return listAllows(policy)
    .filter((statement) => asked === undefined || isAbout(statement, policy, asked))
    .flatMap((statement) =>
      listHolders(statement).map((holder) => ({
        ...describe(holder, listing),
        ...describeStatement(statement, policy, listing),
        ...(asked === undefined
          ? { status: 'named' as const }
          : judgeHolder(holder, { asked, policies: access.policies, facts })),
      })),
    );
}

const describe = (holder: Holder, { accounts }: Naming) => {
  const name = holder.accountId === undefined ? undefined : accounts.get(holder.accountId)?.name;
  return { ...holder, ...(name === undefined ? {} : { accountName: name }) };
};

function describeStatement(statement: Statement, { kind, name }: AppliedPolicy, naming: Naming) {
  const { configuration, asked } = naming;
  const { installation, grants } = configuration;
  const names = grants.map((grant) => grant.name);
  const grant = findGrantName(statement.Sid, names, installation);
  const memberRole =
    kind === 'trust' ? findTrustingMemberRole(statement, asked?.resource ?? '', configuration) : undefined;
  return {
    actions: listActions(statement),
    policy: name,
    statement: labelStatement(statement),
    ...(grant === undefined ? {} : { grant }),
    ...(memberRole === undefined ? {} : { memberRole }),
    managed: installationOf(statement.Sid) === installation || memberRole !== undefined,
  };
}

function listKeyGrantEntries(grant: AppliedKeyGrant, listing: Listing): readonly WhoCanEntry[] {
  const { asked, access, facts } = listing;
  const { granteePrincipal, operations, name = '' } = grant;
  const holder = /^[a-z0-9.-]+\.amazonaws\.com/.test(granteePrincipal)
    ? { service: granteePrincipal }
    : toAwsHolder(granteePrincipal);
  const status =
    asked === undefined
      ? ({ status: 'named' } as const)
      : judgeKeyGrant(holder, grant, { asked, policies: access.policies, facts });
  if (status === undefined) return [];
  return [
    {
      ...describe(holder, listing),
      actions: operations.map((operation) => `kms:${operation}`),
      policy: `grant ${name} of the key`,
      ...(grant.grant === undefined ? {} : { grant: grant.grant }),
      managed: grant.grant !== undefined,
      ...status,
    },
  ];
}

/** Groups and roles of central accounts that may assume the role by a policy that a grant attaches to them. */
async function listGrantedByIdentity(
  services: Services,
  reading: ReadingRequest,
  listing: Listing,
): Promise<Pick<WhoCan, 'entries' | 'unread'>> {
  const { asked } = listing;
  if (asked === undefined) return { entries: [], unread: [] };
  const { configuration } = listing;
  const request = { runId: reading.runId, configuration, readings: createPolicyReadings(services) };
  const read = await pMap(
    listIdentityResources(reading),
    async (resource) => {
      const { policies, unread } = await readIdentityPolicies(services, reading, resource);
      const statements = policies.flatMap((policy) =>
        listAllows(policy)
          .filter((statement) => isAbout(statement, policy, asked))
          .map((statement) => describeStatement(statement, policy, listing)),
      );
      if (statements.length === 0) return { entries: [], unread };
      const principal = await readPrincipal(services, request, resource);
      const { accountId, id } = resource.ref;
      const holder = toHolder(resource.ref, principal);
      const judged = judgeGranted(holder, principal, { asked, policies, listing });
      return {
        entries: statements.map((statement) => ({ ...describe(holder, listing), ...statement, ...judged })),
        unread: [...unread, ...listUnreadParts(principal, `${id} of account ${accountId}`)],
      };
    },
    { concurrency: 8 },
  );
  return {
    entries: read.flatMap(({ entries }) => entries),
    unread: read.flatMap(({ unread }) => unread),
  };
}

/** A role that was read gets its real ARN, with the path. */
function toHolder({ accountId, id }: ResourceRef, principal: PrincipalReading | undefined) {
  const [entity, name = ''] = id.split('/');
  if (entity === 'group') return { accountId, group: name };
  const path = principal?.outcome === 'read' ? principal.arn.split(':role/')[1] : undefined;
  return { accountId, role: path ?? name };
}

interface GrantedJudging {
  readonly asked: Omit<AccessRequest, 'principal'>;
  /** The policies that grants attach to the group or role. */
  readonly policies: readonly AppliedPolicy[];
  readonly listing: Listing;
}

const noPolicies = { policies: [], unread: [] };

/**
 * Whether the policies of a group or role allow the request. For a role, the trust policy of the assumed role must
 * allow it, too.
 */
function judgeGranted(
  { role, accountId }: Holder,
  principal: PrincipalReading | undefined,
  { asked, policies, listing: { access, facts } }: GrantedJudging,
): HolderStatus {
  if (principal?.outcome === 'missing') return { status: 'denied', reason: principal.reason };
  if (principal?.outcome === 'unreadable') return { status: 'unknown', reason: principal.reason };
  const { policies: own, unread } = principal?.outcome === 'read' ? principal : noPolicies;
  // A group sends no requests, its users do. Their account as a whole stands for them.
  const sender = {
    ...(accountId === undefined ? {} : { accountId }),
    ...(role === undefined ? {} : { role }),
  };
  const judged = judgeHolder(sender, { asked, policies: [...policies, ...own], facts });
  if (judged.status === 'allowed' && unread[0] !== undefined)
    return { status: 'unknown', reason: unread[0].reason };
  if (judged.status !== 'allowed' || role === undefined || access.policies.length === 0) return judged;
  const trusted = judgeHolder(sender, { asked, policies: access.policies, facts });
  return trusted.status === 'denied'
    ? { status: 'denied', reason: `the trust policy does not let the role ${role} assume it` }
    : trusted;
}

const listUnreadParts = (principal: PrincipalReading | undefined, of: string): readonly UnreadEvidence[] => {
  if (principal?.outcome === 'unreadable') return [{ kind: 'identity', of, reason: principal.reason }];
  return principal?.outcome === 'read' ? principal.unread.map((each) => ({ ...each, of })) : [];
};
