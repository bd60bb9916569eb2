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

/** What one run may write at a time: a policy, several policies, the grants of a key, or shares of an image. */
export interface ResourceRef {
  readonly kind: string;
  readonly accountId: string;
  readonly region: string;
  /** Bucket name, key id, repository name, secret name or ARN, image id, `group/Name`, … */
  readonly id: string;
}

/** The name of a resource in the table and in reports: `kind/account/region/id`. */
export const formatResourceKey = ({ kind, accountId, region, id }: ResourceRef): string =>
  `${kind}/${accountId}/${region}/${id}`;

/** The resource that `formatResourceKey` names. */
export function parseResourceKey(key: string): ResourceRef {
  const [kind = '', accountId = '', region = '', ...id] = key.split('/');
  return { kind, accountId, region, id: id.join('/') };
}

/** How a pattern selects resources: by name (`base/*`), or by tags, which must all match. */
export type ResourcePattern =
  | { readonly name: string }
  | { readonly tags: Readonly<Record<string, readonly string[]>> };

/** One pattern in one account and region. If two grants of a kind have the same pattern, they share one search. */
export interface ResourceSearch {
  readonly kind: string;
  readonly accountId: string;
  readonly region: string;
  readonly pattern: ResourcePattern;
}

/**
 * The name of a search in the table: `kind/account/region/name:base/*`, or `…/tags:Team=a|b,Use=c`. Tags are
 * URL-encoded, so that different searches have different names.
 */
export const formatSearchKey = ({ kind, accountId, region, pattern }: ResourceSearch): string =>
  `${kind}/${accountId}/${region}/${'name' in pattern ? `name:${pattern.name}` : `tags:${tagText(pattern.tags)}`}`;

const tagText = (tags: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(tags)
    .map(([key, values]) => `${encodeURIComponent(key)}=${values.map(encodeURIComponent).sort().join('|')}`)
    .sort()
    .join();

/** API calls of one service, as EventBridge's `source` and CloudTrail's `detail.eventName`. */
export interface CallEvents {
  /** `aws.ecr`. */
  readonly source: string;
  readonly names: readonly string[];
}

/** How a grant kind finds the resources that an entry selects by a pattern. */
export interface Discovery<Entry> {
  /** The searches for an entry's patterns. Empty if the entry names its resources. Pure. */
  listSearches(entry: Entry, context: GrantContext): readonly ResourceSearch[];
  /** IAM actions that the spoke role needs for a search. */
  readonly actions: readonly string[];
  /** The resource part of ARNs by action: `repository/*`. AWS supports no resource for all other actions. */
  readonly resources?: Readonly<Record<string, string>>;
  /** API calls that can change the matches. After such a call, the searches of its account and region run again. */
  readonly events: readonly CallEvents[];
  /**
   * Ids of the resources that match now, as in `ResourceRef.id`, ordered.
   * @throws TooManyResourcesError if more than `limit` resources match
   */
  find(clients: AccountClients, search: ResourceSearch, limit: number): Promise<readonly string[]>;
}

/** Actions that the spoke role needs. With the effect `Deny`: actions that it must never be able to do. */
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

/** One grant on a resource: its entry, and the accounts that get access by it, ordered by id. */
export interface Share<Entry = GrantEntry> {
  readonly entry: Entry;
  readonly accounts: readonly Account[];
}

export interface RenderRequest<Entry, State> {
  readonly ref: ResourceRef;
  readonly actual: State;
  readonly shares: readonly Share<Entry>[];
  /** What the table stores about managed content: the `owned` of an earlier write. */
  readonly remembered: readonly string[];
  readonly context: GrantContext;
  /**
   * If present, the statements of former grants stay: of grants that were renamed or removed from the configuration.
   * Default: `next` has no statements of former grants.
   */
  readonly retainFormerGrants?: RetainedFormerGrants;
}

export interface RetainedFormerGrants {
  /** Ids of accounts that lose the access of former grants even so. */
  readonly without: ReadonlySet<string>;
}

/** What a limit counts. */
export type LimitUnit = SizeUnit | 'grants' | 'launch permissions';

export interface Rendering<State> {
  readonly next: State;
  /**
   * Everything in `next` that is managed, for the table to store: Sids, names of managed policies, or other marks. AWS
   * stores no mark for launch permissions of images: only the table says which of them are managed.
   */
  readonly owned: readonly string[];
  /** The size of the fullest document, or the number of entries, as AWS counts them. */
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
   * Whether the account may already have access. True for every account if the grant has a condition on the
   * organization. No write adds such accounts, so none of them can be the principal that AWS rejects.
   */
  mayAdmit(id: string): boolean;
  /** The listed accounts, and the members among `accounts` that a condition admits. */
  listAmong(accounts: readonly Account[]): readonly string[];
}

/** A field of an entry: its value is valid, but cannot have the effect that its author wants. */
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
  /** The name in messages: `S3 bucket policy`. */
  readonly title: string;
  /** What AWS calls the resource. Several kinds may be on one type of resource. */
  readonly resourceType: ResourceType;
  /** How AWS evaluates the documents of `toDocuments`: as identity policies, a bucket policy, … */
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
  /** Fields of an entry that are valid but have no effect. Default: no warnings. Pure. */
  listWarnings?(entry: Entry): readonly EntryWarning[];
  /** Absent if entries can only name their resources. */
  readonly discovery?: Discovery<Entry>;
  /** ARNs that the documents of a resource give access to, with wildcards. For a group or role: its own ARNs. Pure. */
  listArns(ref: ResourceRef, context: GrantContext): readonly string[];
  /**
   * The permissions that the spoke role needs for a resource, or for every match of a search: the kind's `actions`, on
   * the narrowest resources that AWS supports. Without the permissions of the search itself. Pure.
   */
  listPermissions(on: ResourceRef | ResourceSearch, context: GrantContext): readonly Permission[];
  /**
   * What the entry's grant lets `account` do. Empty for raw statements, whose meaning is not derived, and if the
   * account can do it without a grant. Pure.
   */
  listAccesses(entry: Entry, account: Account, ref: ResourceRef, context: GrantContext): readonly Access[];
  /** The permissions that a role of the member account needs to use the grant. Default: unknown. Pure. */
  listMemberStatements?(entry: Entry, context: GrantContext): readonly Statement[];
  /** Why a member role that the entry names is unsuitable. Default: every member role is suitable. Pure. */
  listMemberRoleMistakes?(entry: Entry, context: GrantContext): readonly EntryWarning[];
  /**
   * The desired state. Unmanaged content stays as it is. Managed content gives access to the shares' accounts. Pure.
   * @throws OwnershipClashError, PolicyTooLargeError
   */
  render(request: RenderRequest<Entry, State>): Rendering<State>;
  /** Every Sid that an entry can write on the resource, with any `match` and packing. Pure. */
  listSids(entry: Entry, ref: ResourceRef, context: GrantContext): readonly string[];
  /** The accounts to which the managed statements of one grant give access now. Pure. */
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
  /** The state without some unmanaged statements of `toDocuments`. Absent if the documents are not sent. Pure. */
  withoutStatements?(state: State, statements: readonly Statement[]): State;
  /**
   * What a state allows, as policy documents by name. Differences, evaluation and records use them. Content without
   * effect, such as an unattached policy, is not in them. For KMS grants and launch permissions, the documents are made
   * for comparison and are never sent. Managed statements have Sids of this installation. `remembered` says what is
   * managed on resources without Sids. Pure.
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
