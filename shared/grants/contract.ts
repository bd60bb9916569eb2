import type * as z from 'zod';
import type { AppliedKeyGrant } from '../iam/applied-access.ts';
import type { PolicyKind } from '../iam/applied-policy.ts';
import type { Conditions, PolicyDocument, Statement } from '../iam/document.ts';
import type { SizeUnit } from '../iam/size.ts';
import type { Account } from '../platform/account.ts';
import type { AccountClients } from '../platform/aws/access.ts';
import type { Access } from './access.ts';
import type { GrantEntry } from './grant-schema.ts';
import type { ContentKey, KindActions, PrincipalState } from './kind-actions.ts';
import type { MemberRole } from './member-roles/schema.ts';
import type { Limits } from './quotas.ts';

/** What one lease protects: a policy, several policies, the grants of a key, or the launch permissions of an image. */
export interface ResourceRef {
  readonly kind: string;
  readonly accountId: string;
  readonly region: string;
  /** Bucket name, key id, repository name, secret name or ARN, image id, `group/Name`, … */
  readonly id: string;
}

/** The name of a resource in the table and in reports. */
export const formatResourceKey = ({ kind, accountId, region, id }: ResourceRef): string =>
  `${kind}/${accountId}/${region}/${id}`;

/** The resource that `formatResourceKey` names. */
export function parseResourceKey(key: string): ResourceRef {
  const [kind = '', accountId = '', region = '', ...id] = key.split('/');
  return { kind, accountId, region, id: id.join('/') };
}

/** How a pattern selects resources: by a glob on their names (`base/*`), or by tags that must all match. */
export type ResourcePattern =
  | { readonly name: string }
  | { readonly tags: Readonly<Record<string, readonly string[]>> };

/** One pattern in one account and region. Two grants of a kind with equal patterns share one search. */
export interface ResourceSearch {
  readonly kind: string;
  readonly accountId: string;
  readonly region: string;
  readonly pattern: ResourcePattern;
}

/**
 * The key of a search in the table: `kind/account/region/name:base/*`, or `…/tags:Team=a|b,Use=c`. Tags are
 * URL-encoded, so that two different searches never have one key.
 */
export const formatSearchKey = ({ kind, accountId, region, pattern }: ResourceSearch): string =>
  `${kind}/${accountId}/${region}/${'name' in pattern ? `name:${pattern.name}` : `tags:${tagText(pattern.tags)}`}`;

const tagText = (tags: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(tags)
    .map(([key, values]) => `${encodeURIComponent(key)}=${values.map(encodeURIComponent).sort().join('|')}`)
    .sort()
    .join();

/** EventBridge events about API calls, by their `source` and CloudTrail's `detail.eventName`. */
export interface CallEvents {
  /** `aws.ecr`. */
  readonly source: string;
  readonly names: readonly string[];
}

/** How a kind finds the resources that an entry selects by a pattern. */
export interface Discovery<Entry> {
  /** The searches for an entry's patterns. Empty if the entry names its resources. Pure. */
  listSearches(entry: Entry, context: GrantContext): readonly ResourceSearch[];
  /** IAM actions that a search needs. */
  readonly actions: readonly string[];
  /** API calls that can change the matches. After such a call, the searches of its account and region run again. */
  readonly events: readonly CallEvents[];
  /**
   * Ids of the resources that match now, as in `ResourceRef.id`, ordered.
   * @throws TooManyResourcesError if more than `limit` resources match
   */
  find(clients: AccountClients, search: ResourceSearch, limit: number): Promise<readonly string[]>;
}

/** Actions that the spoke role must be allowed. With the effect `Deny`: actions that it must never be able to do. */
export interface Permission {
  readonly effect?: 'Deny';
  readonly actions: readonly string[];
  /** ARNs, with `*` as a wildcard. `*` alone if AWS supports no resources for the actions. */
  readonly resources: readonly string[];
  readonly condition?: Conditions;
}

/** What AWS calls the resource of a grant. `principal`: a group or role, whose id begins with `group/` or `role/`. */
export type ResourceType = 'bucket' | 'image' | 'key' | 'principal' | 'repository' | 'role' | 'secret';

/** The parts of the configuration that a grant kind may use besides its own entry. */
export interface GrantContext {
  readonly partition: string;
  readonly organizationId: string;
  readonly managementAccountId: string;
  readonly installationId: string;
  readonly limits: Limits;
  /** The central accounts' ids and regions, by name. */
  readonly centralAccounts: Readonly<Record<string, { readonly id: string; readonly region: string }>>;
  /** The roles of member accounts that grants may name. */
  readonly memberRoles: readonly MemberRole[];
}

/** The part of one grant on a resource: its entry, and the accounts that it serves, ordered by id. */
export interface Share<Entry = GrantEntry> {
  readonly entry: Entry;
  readonly accounts: readonly Account[];
}

export interface RenderRequest<Entry, State> {
  readonly ref: ResourceRef;
  readonly actual: State;
  readonly shares: readonly Share<Entry>[];
  /** The managed content that the table remembers: Sids, names of whole resources, or marks from an earlier `owned`. */
  readonly remembered: readonly string[];
  readonly context: GrantContext;
  /**
   * Present: the content of former grants stays. A former grant was renamed or removed from the configuration, so it
   * has no share. Default: `next` has no content of former grants.
   */
  readonly retainFormerGrants?: RetainedFormerGrants;
}

export interface RetainedFormerGrants {
  /** Ids of accounts that lose the access of former grants anyway. */
  readonly without: ReadonlySet<string>;
}

/** What a limit counts. */
export type LimitUnit = SizeUnit | 'grants' | 'launch permissions';

export interface Rendering<State> {
  readonly next: State;
  /**
   * Everything in `next` that is managed, for the table to remember: Sids, names of whole resources, or marks of the
   * kind. Some resources bear no marks. For them, only the table tells managed content from unmanaged content.
   */
  readonly owned: readonly string[];
  /** Size of the fullest document, or the number of entries. */
  readonly size: number;
  readonly limit: number;
  readonly unit: LimitUnit;
  /** The form in which a policy names accounts, in words. Absent if the kind has only one form. */
  readonly packing?: string;
}

export interface StateChange<State> {
  readonly from: State;
  readonly to: State;
}

/** The accounts that the statements of a grant give access to. */
export interface AdmittedAccounts {
  /** Ids of accounts that a statement lists, in the order of the statements. */
  readonly named: ReadonlySet<string>;
  /** Whether a condition on the organization or on OUs also admits accounts. No statement lists them. */
  readonly isOpenToOrganization: boolean;
  /**
   * Whether an account may have access already, without a write. True for every account if the grant has a condition on
   * the organization. No write adds such accounts, so a search for rejected principals never excludes them.
   */
  mayAdmit(id: string): boolean;
  /** The listed accounts, and the members among `accounts` that a condition admits. */
  listAmong(accounts: readonly Account[]): readonly string[];
}

/** A field of an entry whose value is valid but cannot work. */
export interface EntryWarning {
  readonly field: string;
  readonly message: string;
}

/**
 * A kind of grants: which resources they are on, and how to read, plan, write and verify them. Each kind is declared in
 * one file. All other code uses only this interface. `State` is what the kind reads and writes. Other code never looks
 * into a state or changes it, and compares states with `isSame`.
 */
export interface GrantKind<Entry extends GrantEntry = GrantEntry, State = unknown> {
  readonly name: string;
  /** For people: `S3 bucket policy`. */
  readonly title: string;
  /** What AWS calls the resource. Several kinds may be on one type of resource. */
  readonly resourceType: ResourceType;
  /** The kind of policy as which AWS evaluates the documents of `toDocuments`. */
  readonly policyKind: PolicyKind;
  /** The schema of an entry of this kind in `onboarding.yml`. It rejects unknown keys. */
  readonly schema: z.ZodType<Entry>;
  /** IAM actions that the spoke role needs. */
  readonly actions: KindActions;

  /**
   * Whether a write sends unmanaged statements again. AWS may then reject it for one of their principals. Default: false.
   */
  readonly sendsUnmanaged?: boolean;

  /** The state of a resource on which AWS has no policy, no KMS grants and no permissions. */
  readonly empty: State;
  /** The resources that an entry names. Pure. */
  listResources(entry: Entry, context: GrantContext): readonly ResourceRef[];
  /** Default: there is no warning. Pure. */
  listWarnings?(entry: Entry): readonly EntryWarning[];
  /** Absent if entries can only name their resources. */
  readonly discovery?: Discovery<Entry>;
  /**
   * ARNs that the documents of a resource give access to, such as a bucket and its objects. May contain wildcards. For
   * a group or role: its own ARNs. Pure.
   */
  listArns(ref: ResourceRef, context: GrantContext): readonly string[];
  /**
   * The permissions that the spoke role needs for a resource, or for every match of a search: the kind's `actions`, on
   * the narrowest resources that AWS supports. Without the permissions of the search itself. Pure.
   */
  listPermissions(on: ResourceRef | ResourceSearch, context: GrantContext): readonly Permission[];
  /**
   * What the entry's grant lets `account` do. Empty if nothing can be derived (raw statements), or if the account can
   * do it without a grant. Pure.
   */
  listAccesses(entry: Entry, account: Account, ref: ResourceRef, context: GrantContext): readonly Access[];
  /** The permissions that the entry's member role needs to use the grant. Default: none can be derived. Pure. */
  listMemberStatements?(entry: Entry, context: GrantContext): readonly Statement[];
  /** Why a member role that the entry names is unsuitable. Default: every member role is suitable. Pure. */
  listMemberRoleMistakes?(entry: Entry, context: GrantContext): readonly EntryWarning[];
  /**
   * The desired state. Unmanaged content stays unchanged. Managed content serves exactly the shares' accounts. Pure.
   * @throws OwnershipClashError, PolicyTooLargeError
   */
  render(request: RenderRequest<Entry, State>): Rendering<State>;
  /** Every Sid that an entry can write on the resource, with any `match` and packing. Pure. */
  listSids(entry: Entry, ref: ResourceRef, context: GrantContext): readonly string[];
  /** The accounts that have access now by the managed content of one grant. Pure. */
  listGrantedAccounts(
    entry: Entry,
    ref: ResourceRef,
    actual: State,
    context: GrantContext,
    remembered: readonly string[],
  ): AdmittedAccounts;
  /**
   * Ids of accounts that have the access even without a grant, such as the owner of an image. A grant changes nothing
   * for them. Absent if every account needs the grant. Pure.
   */
  listAccountsWithOwnAccess?(
    ref: ResourceRef,
    actual: State,
    remembered: readonly string[],
  ): ReadonlySet<string>;
  /** Whether two states mean the same. Pure. */
  isSame(a: State, b: State): boolean;
  /**
   * What a state allows, as policy documents by name. Differences, evaluation and records use them. Content without
   * effect, such as an unattached policy, is missing. For grants of a key and shares of an image, the documents are
   * made only for comparison and are never sent. Managed content has Sids with the mark of this installation. For
   * resources that bear no marks, `remembered` says what is managed. Pure.
   */
  toDocuments(
    state: State,
    remembered?: readonly string[],
  ): Readonly<Record<string, PolicyDocument | undefined>>;

  /** @throws ResourceMissingError, AccessDeniedError, MalformedPolicyError and the retryable errors of `shared/platform/aws` */
  read(clients: AccountClients, ref: ResourceRef, context: GrantContext): Promise<State>;
  /** Every grant of a key, managed or unmanaged. Absent if the kind has none. @throws the errors of `read` */
  readKeyGrants?(
    clients: AccountClients,
    ref: ResourceRef,
    context: GrantContext,
  ): Promise<readonly AppliedKeyGrant[]>;
  /**
   * The group or role that the documents are attached to. Absent for a resource's own policy.
   * @throws the errors of `read`
   */
  readPrincipal?(clients: AccountClients, ref: ResourceRef, context: GrantContext): Promise<PrincipalState>;
  /** KMS keys that encrypt a resource. Absent if accesses have no `keyUse`. @throws the errors of `read` */
  readContentKeys?(clients: AccountClients, ref: ResourceRef): Promise<readonly ContentKey[]>;
  /** Further permissions of the spoke role: reading the keys that the entry's accesses need. Default: none. Pure. */
  listKeyPermissions?(
    entry: Entry,
    on: ResourceRef | ResourceSearch,
    context: GrantContext,
  ): readonly Permission[];
  /**
   * A value by which a resource differs from a deleted one with its name, such as the unique id of a role. Sends no
   * call if `read` has learned the value. `undefined` if AWS does not return one. Absent if AWS never reuses an id, or
   * has no such value.
   */
  readIdentity?(clients: AccountClients, ref: ResourceRef, state: State): Promise<string | undefined>;
  /**
   * Brings the resource from `change.from` to `change.to`, two different states. Sends each request once.
   * @throws InvalidPrincipalError if AWS rejects an account. Usually nothing was written, and AWS may not say which
   * account it rejects. With `othersWritten: true`, everything was written except the accounts of `accountIds`
   */
  write(
    clients: AccountClients,
    ref: ResourceRef,
    change: StateChange<State>,
    context: GrantContext,
  ): Promise<void>;
}
