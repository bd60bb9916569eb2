import type * as z from 'zod';
import type { AppliedKeyGrant } from '../iam/applied-access.ts';
import type { PolicyKind } from '../iam/applied-policy.ts';
import type { Conditions, PolicyDocument, Statement } from '../iam/document.ts';
import type { SizeUnit } from '../iam/size.ts';
import type { Account } from '../platform/account.ts';
import type { AccountClients } from '../platform/aws/access.ts';
import type { Access } from './access.ts';
import type { GrantEntry } from './grant-schema.ts';
import type { MemberRole } from './member-roles/schema.ts';
import type { Limits } from './quotas.ts';

/** What is written under one lease: a policy document, a set of them, the grants of a key, the shares of an image. */
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

/** What tells resources that are not named: a glob on their names (`base/*`), or tags that must all hold. */
export type ResourcePattern =
  | { readonly name: string }
  | { readonly tags: Readonly<Record<string, readonly string[]>> };

/** One place where one pattern is looked for. Two grants of a kind with the same pattern share it. */
export interface ResourceSearch {
  readonly kind: string;
  readonly accountId: string;
  readonly region: string;
  readonly pattern: ResourcePattern;
}

/**
 * The name of a search in the table: `kind/account/region/name:base/*`, or `…/tags:Team=a|b,Use=c`. Each search has
 * one of its own, so what stands in tags is encoded as in a URL.
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

/** How a kind finds the resources that an entry tells by a pattern. */
export interface Discovery<Entry> {
  /** Where an entry's patterns are looked for; none where it names its resources. Pure. */
  listSearches(entry: Entry, context: GrantContext): readonly ResourceSearch[];
  /** IAM actions that looking needs. */
  readonly actions: readonly string[];
  /** The calls after which another look is due, in the resource's own account and region. */
  readonly events: readonly CallEvents[];
  /**
   * Ids of the resources that match now, as `ResourceRef.id` has them, ordered.
   * @throws TooManyResourcesError where they are more than `limit`
   */
  find(clients: AccountClients, search: ResourceSearch, limit: number): Promise<readonly string[]>;
}

/** Something that the role in a central account must be allowed: a statement without its effect. */
export interface Permission {
  readonly actions: readonly string[];
  /** ARNs, with `*` as a wildcard; `*` alone where AWS knows no resource for the actions. */
  readonly resources: readonly string[];
  readonly condition?: Conditions;
}

/** What a grant is on, in the words of AWS. `principal`: a group or a role, whose id begins with `group/` or `role/`. */
export type ResourceType = 'bucket' | 'image' | 'key' | 'principal' | 'repository' | 'role' | 'secret';

/** IAM actions that a kind needs on its resources. */
export interface KindActions {
  readonly read: readonly string[];
  readonly write: readonly string[];
  /** For `GrantKind.readIdentity`, beside those for `read`. Default: none. */
  readonly identify?: readonly string[];
}

/** What a grant kind may know beside its entry. */
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

/** One grant's part in a resource: its entry, and the accounts that it is for, ordered by id. */
export interface Share<Entry = GrantEntry> {
  readonly entry: Entry;
  readonly accounts: readonly Account[];
}

export interface RenderRequest<Entry, State> {
  readonly ref: ResourceRef;
  readonly actual: State;
  readonly shares: readonly Share<Entry>[];
  /** What the table remembers as written by us: Sids, names of whole resources, or the marks that `owned` gave. */
  readonly remembered: readonly string[];
  readonly context: GrantContext;
  /**
   * Keeps the content of former grants. No share has a former grant: it was renamed, or the configuration has it no more. Default:
   * `next` lacks the content.
   */
  readonly retainFormerGrants?: RetainedFormerGrants;
}

export interface RetainedFormerGrants {
  /** Ids of accounts that lose what former grants give them. */
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
  /** Size of the fullest document, or the number of things, and what it may be. */
  readonly size: number;
  readonly limit: number;
  readonly unit: LimitUnit;
  /** How the accounts are written, for people; absent where there is one way only. */
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

/** What is legal in an entry but cannot work, at one of its fields. */
export interface EntryWarning {
  readonly field: string;
  readonly message: string;
}

/**
 * A sort of resource that grants can be on. One file declares it; everything else (planning, applying, verifying,
 * the contract suite) works through this interface. `State` is whatever the kind reads and writes; it is opaque to
 * the others, immutable, and can be compared only by `isSame`.
 */
export interface GrantKind<Entry extends GrantEntry = GrantEntry, State = unknown> {
  readonly name: string;
  /** For people: `S3 bucket policy`. */
  readonly title: string;
  /** What its grants are on. Several kinds may be on one sort of resource. */
  readonly resourceType: ResourceType;
  /** How AWS reads the documents of `toDocuments`. */
  readonly policyKind: PolicyKind;
  /** The entry of a grant of this kind in `onboarding.yml`; strict. */
  readonly schema: z.ZodType<Entry>;
  /** IAM actions that the spoke role needs. */
  readonly actions: KindActions;

  /**
   * Whether a write sends unmanaged statements again, so that AWS may refuse it for a principal in one of them.
   * Default: false.
   */
  readonly sendsUnmanaged?: boolean;

  /** The state of a resource that holds nothing at all. */
  readonly empty: State;
  /** The resources that an entry names. Pure. */
  listResources(entry: Entry, context: GrantContext): readonly ResourceRef[];
  /** Default: there is nothing to warn of. Pure. */
  listWarnings?(entry: Entry): readonly EntryWarning[];
  /** Absent if entries name every resource of the kind. */
  readonly discovery?: Discovery<Entry>;
  /**
   * ARNs, with wildcards, of what the documents of a resource are about: a bucket and its objects. If the documents are those of a
   * group or role, the ARNs of the group or role. Pure.
   */
  listArns(ref: ResourceRef, context: GrantContext): readonly string[];
  /**
   * What the spoke role must be allowed to work on a resource, or on all that a search can find: the kind's `actions`,
   * each on as little as AWS lets it be held to. Finding is not part of it. Pure.
   */
  listPermissions(on: ResourceRef | ResourceSearch, context: GrantContext): readonly Permission[];
  /**
   * What `account` can do when the entry's grant is in place; empty where nothing can be derived (raw statements) or
   * the account needs no grant. Pure.
   */
  listAccesses(entry: Entry, account: Account, ref: ResourceRef, context: GrantContext): readonly Access[];
  /**
   * What a role of a member account must be allowed to do to use the grant; for an entry that names the member role. Default:
   * nothing can be derived. Pure.
   */
  listMemberStatements?(entry: Entry, context: GrantContext): readonly Statement[];
  /** Why a member role that the entry names does not suit. Default: every member role suits. Pure. */
  listMemberRoleMistakes?(entry: Entry, context: GrantContext): readonly EntryWarning[];
  /**
   * The state that should be: foreign content as it is, ours for exactly the shares' accounts. Pure.
   * @throws OwnershipClashError, PolicyTooLargeError
   */
  render(request: RenderRequest<Entry, State>): Rendering<State>;
  /** The accounts that have access now by the managed content of the grant `entry`. Pure. */
  listGrantedAccounts(
    entry: Entry,
    ref: ResourceRef,
    actual: State,
    context: GrantContext,
    remembered: readonly string[],
  ): AdmittedAccounts;
  /**
   * Ids of the accounts that have what a grant gives without it, such as the owner of an image: they gain nothing by a grant,
   * and lose nothing with it. Absent when the kind writes something for every account. Pure.
   */
  listAccountsWithOwnAccess?(
    ref: ResourceRef,
    actual: State,
    remembered: readonly string[],
  ): ReadonlySet<string>;
  /** Whether two states mean the same. Pure. */
  isSame(a: State, b: State): boolean;
  /**
   * What a state allows, as policy documents by name, for differences, evaluation and records; what lies there without
   * effect is not among them. Where AWS keeps no document, but grants or shares, they are the statements that mean the
   * same, and are never sent. What is ours has Sids with our mark; where the resource itself bears no marks, only with
   * what is `remembered`. Pure.
   */
  toDocuments(
    state: State,
    remembered?: readonly string[],
  ): Readonly<Record<string, PolicyDocument | undefined>>;

  /** @throws ResourceMissingError, AccessDeniedError, MalformedPolicyError and the retryable errors of `shared/platform/aws` */
  read(clients: AccountClients, ref: ResourceRef, context: GrantContext): Promise<State>;
  /**
   * Every grant of a key, also those of others. Absent if the resource has no such grants.
   * @throws as `read`
   */
  readKeyGrants?(
    clients: AccountClients,
    ref: ResourceRef,
    context: GrantContext,
  ): Promise<readonly AppliedKeyGrant[]>;
  /**
   * What tells a resource from one that is made later under its name, such as the unique id of a role. It costs no call if `read`
   * has learned it. `undefined` when AWS does not say. Absent when AWS never gives an id again, or has no such thing.
   */
  readIdentity?(clients: AccountClients, ref: ResourceRef, state: State): Promise<string | undefined>;
  /**
   * Brings `change.from` to `change.to`; each request is sent once. Not called where the two are the same.
   * @throws InvalidPrincipalError when AWS rejects an account. Either nothing was written, and AWS may not have named the
   * account. Or, with the fields `othersWritten: true` and `accountIds`, everything was written except for these accounts
   */
  write(
    clients: AccountClients,
    ref: ResourceRef,
    change: StateChange<State>,
    context: GrantContext,
  ): Promise<void>;
}
