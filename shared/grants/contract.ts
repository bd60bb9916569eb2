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

/** What one lease protects: a policy document, a set of documents, the grants of a key, or the shares of an image. */
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

/** How a pattern selects resources: a glob on their names (`base/*`), or tags that must all match. */
export type ResourcePattern =
  | { readonly name: string }
  | { readonly tags: Readonly<Record<string, readonly string[]>> };

/** One pattern in one account and region. Two grants of a kind with an equal pattern share the search. */
export interface ResourceSearch {
  readonly kind: string;
  readonly accountId: string;
  readonly region: string;
  readonly pattern: ResourcePattern;
}

/**
 * The name of a search in the table: `kind/account/region/name:base/*`, or `…/tags:Team=a|b,Use=c`. Tags are encoded as
 * in a URL, so that no two searches have an equal name.
 */
export const formatSearchKey = ({ kind, accountId, region, pattern }: ResourceSearch): string =>
  `${kind}/${accountId}/${region}/${'name' in pattern ? `name:${pattern.name}` : `tags:${tagText(pattern.tags)}`}`;

const tagText = (tags: Readonly<Record<string, readonly string[]>>): string =>
  Object.entries(tags)
    .map(([key, values]) => `${encodeURIComponent(key)}=${values.map(encodeURIComponent).sort().join('|')}`)
    .sort()
    .join();

/** Events of EventBridge, by their `source` and CloudTrail's `detail.eventName`. */
export interface CallEvents {
  /** `aws.ecr`. */
  readonly source: string;
  readonly names: readonly string[];
}

/** How a kind finds the resources that an entry selects by a pattern. */
export interface Discovery<Entry> {
  /** The searches of an entry's patterns. Empty if the entry names its resources. Pure. */
  listSearches(entry: Entry, context: GrantContext): readonly ResourceSearch[];
  /** IAM actions that a search needs. */
  readonly actions: readonly string[];
  /** The calls after which a search must run again, in the account and region of the resource. */
  readonly events: readonly CallEvents[];
  /**
   * Ids of the resources that match now, in the form of `ResourceRef.id`, ordered.
   * @throws TooManyResourcesError if more than `limit` resources match
   */
  find(clients: AccountClients, search: ResourceSearch, limit: number): Promise<readonly string[]>;
}

/** Something that the role in a central account must be allowed or, with the effect `Deny`, must never do. */
export interface Permission {
  readonly effect?: 'Deny';
  readonly actions: readonly string[];
  /** ARNs, with `*` as a wildcard. Only `*` if AWS defines no resource for the actions. */
  readonly resources: readonly string[];
  readonly condition?: Conditions;
}

/** AWS's word for the resource of a grant. `principal`: a group or role, whose id begins with `group/` or `role/`. */
export type ResourceType = 'bucket' | 'image' | 'key' | 'principal' | 'repository' | 'role' | 'secret';

/** The parts of the configuration, besides its entry, that a grant kind may use. */
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

/** One grant's part in a resource: its entry, and the accounts that the grant serves, ordered by id. */
export interface Share<Entry = GrantEntry> {
  readonly entry: Entry;
  readonly accounts: readonly Account[];
}

export interface RenderRequest<Entry, State> {
  readonly ref: ResourceRef;
  readonly actual: State;
  readonly shares: readonly Share<Entry>[];
  /** The managed content that the table remembers: Sids, names of whole resources, or the marks that `owned` gave. */
  readonly remembered: readonly string[];
  readonly context: GrantContext;
  /**
   * Keeps the content of former grants. A former grant has no share, because it was renamed or removed from the
   * configuration. Default: `next` lacks the content.
   */
  readonly retainFormerGrants?: RetainedFormerGrants;
}

export interface RetainedFormerGrants {
  /** Ids of accounts that lose the access of former grants. */
  readonly without: ReadonlySet<string>;
}

/** What a limit counts. */
export type LimitUnit = SizeUnit | 'grants' | 'launch permissions';

export interface Rendering<State> {
  readonly next: State;
  /**
   * What is managed in `next`, as the table will remember it: Sids, names of whole resources, or marks of the kind's own.
   * If a resource bears no marks, this alone tells managed content from unmanaged content.
   */
  readonly owned: readonly string[];
  /** Size of the fullest document, or the number of things, and the limit. */
  readonly size: number;
  readonly limit: number;
  readonly unit: LimitUnit;
  /** The form in which the accounts are written, for people. Absent if the kind has only one form. */
  readonly packing?: string;
}

export interface StateChange<State> {
  readonly from: State;
  readonly to: State;
}

/** The accounts that the statements of a grant give access to. */
export interface AdmittedAccounts {
  /** Ids that a statement names, in the order of the statements. */
  readonly named: ReadonlySet<string>;
  /** Whether a condition on the organization also admits accounts. No statement lists them. */
  readonly isOpenToOrganization: boolean;
  /**
   * Whether an account needs no write to get access. True for every account if the grant is open to the organization. So no
   * write adds accounts that have access already, and no search for a rejected principal leaves them out.
   */
  mayAdmit(id: string): boolean;
  /** The named ids, and the ids of those members among `accounts` that a condition admits. */
  listAmong(accounts: readonly Account[]): readonly string[];
}

/** A part of an entry that is valid but cannot work, at one of its fields. */
export interface EntryWarning {
  readonly field: string;
  readonly message: string;
}

/**
 * A sort of resource that grants can be on. One file declares it. Planning, applying, verifying and the contract suite
 * use only this interface. `State` is whatever the kind reads and writes. Other code treats it as opaque and immutable,
 * and compares it only with `isSame`.
 */
export interface GrantKind<Entry extends GrantEntry = GrantEntry, State = unknown> {
  readonly name: string;
  /** For people: `S3 bucket policy`. */
  readonly title: string;
  /** The resource of the kind's grants. Several kinds may share one sort of resource. */
  readonly resourceType: ResourceType;
  /** How AWS reads the documents of `toDocuments`. */
  readonly policyKind: PolicyKind;
  /** The schema of an entry of this kind in `onboarding.yml`. It rejects unknown keys. */
  readonly schema: z.ZodType<Entry>;
  /** IAM actions that the spoke role needs. */
  readonly actions: KindActions;

  /**
   * Whether a write sends unmanaged statements again, so that AWS may reject it for their principals. Default: false.
   */
  readonly sendsUnmanaged?: boolean;

  /** The state of a resource without any content. */
  readonly empty: State;
  /** The resources that an entry names. Pure. */
  listResources(entry: Entry, context: GrantContext): readonly ResourceRef[];
  /** Default: there is nothing to warn of. Pure. */
  listWarnings?(entry: Entry): readonly EntryWarning[];
  /** Absent if entries name every resource of the kind. */
  readonly discovery?: Discovery<Entry>;
  /**
   * ARNs, with wildcards, that the documents of a resource are about, such as a bucket and its objects. For documents
   * of a group or role they are the ARNs of the group or role. Pure.
   */
  listArns(ref: ResourceRef, context: GrantContext): readonly string[];
  /**
   * The permissions that the role in the central account needs for a resource, or for everything that a search can
   * find: the kind's `actions`, on the narrowest resources that AWS supports. The search itself is not included. Pure.
   */
  listPermissions(on: ResourceRef | ResourceSearch, context: GrantContext): readonly Permission[];
  /**
   * The access of `account` when the entry's grant is in place. Empty if none can be derived (raw statements), or if
   * the account needs no grant. Pure.
   */
  listAccesses(entry: Entry, account: Account, ref: ResourceRef, context: GrantContext): readonly Access[];
  /** The permissions that the member role of an entry needs to use the grant. Default: none can be derived. Pure. */
  listMemberStatements?(entry: Entry, context: GrantContext): readonly Statement[];
  /** Why a member role of the entry is unsuitable. Default: every member role is suitable. Pure. */
  listMemberRoleMistakes?(entry: Entry, context: GrantContext): readonly EntryWarning[];
  /**
   * The desired state: unmanaged content unchanged, managed content for exactly the accounts of the shares. Pure.
   * @throws OwnershipClashError, PolicyTooLargeError
   */
  render(request: RenderRequest<Entry, State>): Rendering<State>;
  /** Every Sid that an entry can write on the resource, with any `match` and packing. Pure. */
  listSids(entry: Entry, ref: ResourceRef, context: GrantContext): readonly string[];
  /** The accounts that have access now by the managed content of the grant `entry`. Pure. */
  listGrantedAccounts(
    entry: Entry,
    ref: ResourceRef,
    actual: State,
    context: GrantContext,
    remembered: readonly string[],
  ): AdmittedAccounts;
  /**
   * Ids of the accounts that have the access without a grant, such as the owner of an image. A grant adds nothing for
   * them, and they lose nothing with it. Absent if the kind writes something for every account. Pure.
   */
  listAccountsWithOwnAccess?(
    ref: ResourceRef,
    actual: State,
    remembered: readonly string[],
  ): ReadonlySet<string>;
  /** Whether two states mean the same. Pure. */
  isSame(a: State, b: State): boolean;
  /**
   * The access that a state allows, as policy documents by name. Differences, evaluation and records use it. Content
   * without effect is not part of it. If AWS keeps grants or shares instead of a document, the result is statements of
   * equal meaning, which are never sent. Managed content has Sids with this installation's mark. If the resource itself
   * bears no marks, `remembered` says what is managed. Pure.
   */
  toDocuments(
    state: State,
    remembered?: readonly string[],
  ): Readonly<Record<string, PolicyDocument | undefined>>;

  /** @throws ResourceMissingError, AccessDeniedError, MalformedPolicyError and the retryable errors of `shared/platform/aws` */
  read(clients: AccountClients, ref: ResourceRef, context: GrantContext): Promise<State>;
  /** Every grant of a key, managed or unmanaged. Absent if the resource has no such grants. @throws as `read` */
  readKeyGrants?(
    clients: AccountClients,
    ref: ResourceRef,
    context: GrantContext,
  ): Promise<readonly AppliedKeyGrant[]>;
  /** The group or role whose permissions the documents are. Absent for a resource's own policy. @throws as `read` */
  readPrincipal?(clients: AccountClients, ref: ResourceRef, context: GrantContext): Promise<PrincipalState>;
  /** The keys of KMS that encrypt a resource. Absent if no access of the kind has a `keyUse`. @throws as `read` */
  readContentKeys?(clients: AccountClients, ref: ResourceRef): Promise<readonly ContentKey[]>;
  /** What the spoke role must be allowed beside, to read the keys that accesses of the entry need. Default: nothing. Pure. */
  listKeyPermissions?(
    entry: Entry,
    on: ResourceRef | ResourceSearch,
    context: GrantContext,
  ): readonly Permission[];
  /**
   * A value that tells a resource from a later one of an equal name, such as the unique id of a role. It costs no call
   * if `read` has learned it. `undefined` if AWS does not return it. Absent if AWS never gives an id twice, or has no
   * such value.
   */
  readIdentity?(clients: AccountClients, ref: ResourceRef, state: State): Promise<string | undefined>;
  /**
   * Brings `change.from` to `change.to`. Each request is sent once. Callers skip it if both states are equal.
   * @throws InvalidPrincipalError when AWS rejects an account. Either nothing was written, and AWS may not have named
   * the account. Or, with the fields `othersWritten: true` and `accountIds`, everything was written except for these
   * accounts
   */
  write(
    clients: AccountClients,
    ref: ResourceRef,
    change: StateChange<State>,
    context: GrantContext,
  ): Promise<void>;
}
