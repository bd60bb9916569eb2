import type { AwsCredentialIdentity } from '@smithy/types';
import { type PolicyDocument, parsePolicy } from '../shared/iam/document.ts';
import type { AccountState } from '../shared/platform/account.ts';
import type { ClientPlugin } from '../shared/platform/aws/plugins.ts';
import {
  buildApiCallEvent,
  buildCloseAccountResult,
  buildCreateAccountResult,
  buildCreateManagedAccount,
} from './events.ts';
import * as iam from './iam-makers.ts';
import * as make from './makers.ts';
import type { OrganizationEvent } from './organization-event.ts';
import { deletePrincipal, deleteRole } from './orphans.ts';
import { answerFromOrganization, type Exchange, type Interceptor, type LoggedCall } from './plugin.ts';
import { createQuickClients } from './quick-clients.ts';
import { openSession } from './sessions.ts';
import type { SimulatedAccount, SimulatedOu, SimulatedResource } from './simulated-resources.ts';
import {
  announce,
  createWorld,
  isContainer,
  makeRandomText,
  type SimulatedWorld,
  type SimulatedWorldSettings,
} from './world.ts';

export type EventListener = (event: OrganizationEvent) => void;

/** The resources that have one policy document each. */
export type ResourceKind = 'bucket' | 'key' | 'repository' | 'secret';

/**
 * An organization in memory, underneath real SDK clients: `plugin()` goes into each client, and nothing is sent.
 * The `add…` methods set the world up, silently and unchecked; the acts of the Organizations API (`createAccount`,
 * `moveAccount`, …) announce themselves as AWS does. Time and randomness are the settings'.
 * What it does not model: `KNOWN-DIFFERENCES.md`.
 */
export class SimulatedOrganization {
  /** Everything there is: for reading, and for what no method does. */
  readonly world: SimulatedWorld;
  /** Credentials of the hub's role, which may do anything in the hub's account and do not expire. */
  readonly hubCredentials: AwsCredentialIdentity;
  /** Each attempt of each call, in order. */
  readonly calls: LoggedCall[] = [];
  readonly #interceptors: Interceptor[] = [];

  constructor(settings: SimulatedWorldSettings) {
    this.world = createWorld(settings);
    const { managementAccountId, hubAccountId, rootId, hubRole } = this.world.settings;
    this.addAccount({ id: managementAccountId, name: 'management', parentId: rootId });
    if (hubAccountId !== managementAccountId)
      this.addAccount({ id: hubAccountId, name: 'hub', parentId: rootId });
    this.addRole({ accountId: hubAccountId, name: hubRole, trust: nobody, permissions: everything });
    this.hubCredentials = this.credentialsOf(hubAccountId, hubRole);
  }

  /** The middleware that answers for AWS. @param quick for clients without the SDK's own middlewares */
  plugin({ quick = false } = {}): ClientPlugin {
    const exchange: Exchange = { world: this.world, interceptors: this.#interceptors, calls: this.calls };
    return answerFromOrganization(quick ? { ...exchange, quick: createQuickClients() } : exchange);
  }

  /** Wraps every call, the latest interceptor outermost. @returns a function that takes it out again */
  intercept(interceptor: Interceptor): () => void {
    return listed(this.#interceptors, interceptor);
  }

  /** Listeners are called synchronously, in the order of the events. @returns a function that ends it */
  onEvent(listener: EventListener): () => void {
    return listed(this.world.listeners, listener);
  }

  resetCalls(): void {
    this.calls.length = 0;
  }

  /** Credentials of any role of the world, that do not expire; as a function's or an operator's would. */
  credentialsOf(accountId: string, roleName: string, sessionName = roleName): AwsCredentialIdentity {
    const role = [...this.world.roles.values()].find(
      (each) => each.accountId === accountId && each.name === roleName,
    );
    if (role === undefined) throw new Error(`There is no role ${roleName} in account ${accountId}`);
    return openSession(this.world, role, sessionName, Number.POSITIVE_INFINITY).credentials;
  }

  // The organization, as it was before anybody looked.

  addOu(ou: { readonly id: string; readonly name: string; readonly parentId: string }): void {
    this.#expectContainer(ou.parentId);
    this.world.organizationalUnits.set(ou.id, ou);
  }

  addAccount(account: {
    readonly id: string;
    readonly name: string;
    /** Default: the root. */
    readonly parentId?: string;
    /** Default: `ACTIVE`. */
    readonly state?: AccountState;
    readonly tags?: Readonly<Record<string, string>>;
  }): void {
    const { id, name, parentId = this.world.settings.rootId, state = 'ACTIVE', tags = {} } = account;
    this.#expectContainer(parentId);
    this.world.accounts.set(id, { id, name, state, parentId, tags: { ...tags } });
  }

  /** An account outside the organization that AWS accepts as a principal. */
  addForeignAccount(id: string): void {
    this.world.foreignAccounts.add(id);
  }

  /** The ARN of a user, or of a role of an account outside the organization. */
  addPrincipal(arn: string): void {
    this.world.principals.add(arn);
  }

  /** The account has not opted in to the region: nothing takes its credentials there. */
  disableRegion(accountId: string, region: string): void {
    this.world.disabledRegions.add(`${accountId}/${region}`);
  }

  enableRegion(accountId: string, region: string): void {
    this.world.disabledRegions.delete(`${accountId}/${region}`);
  }

  /** From now on AWS refuses the account as a principal, as it does for some minutes after its creation. */
  refusePrincipal(accountId: string): void {
    this.world.refusedPrincipals.add(accountId);
  }

  acceptPrincipal(accountId: string): void {
    this.world.refusedPrincipals.delete(accountId);
  }

  setState(accountId: string, state: AccountState): void {
    this.#account(accountId).state = state;
  }

  // The acts of the API, each with its event.

  /** Lands in the root, active at once. @returns the account's id */
  createAccount(account: { readonly id?: string; readonly name: string }): string {
    const { name, id = makeRandomText(this.world, 12, '123456789') } = account;
    if (this.world.accounts.has(id)) throw new Error(`Account ${id} exists already`);
    this.addAccount({ id, name });
    this.#emit(buildCreateAccountResult(this.world, { name, accountId: id }));
    return id;
  }

  /** A creation that failed: only an event. */
  failToCreateAccount(name: string, failureReason: string): void {
    this.#emit(buildCreateAccountResult(this.world, { name, failureReason }));
  }

  moveAccount(accountId: string, destinationParentId: string): void {
    const account = this.#account(accountId);
    this.#expectContainer(destinationParentId);
    const sourceParentId = account.parentId;
    account.parentId = destinationParentId;
    this.#emit(
      buildApiCallEvent(this.world, 'MoveAccount', { accountId, sourceParentId, destinationParentId }),
    );
  }

  /** @throws if another OU of the same parent has the name (DuplicateOrganizationalUnitException) */
  createOu(ou: { readonly id: string; readonly name: string; readonly parentId: string }): void {
    this.#expectFreeName(ou);
    this.addOu(ou);
    this.#emit(
      buildApiCallEvent(this.world, 'CreateOrganizationalUnit', { name: ou.name, parentId: ou.parentId }),
    );
  }

  /** Keeps its id, its parent and its accounts. AWS cannot move an OU. */
  renameOu(id: string, name: string): void {
    const ou = this.#ou(id);
    this.#expectFreeName({ ...ou, name });
    this.world.organizationalUnits.set(id, { ...ou, name });
    this.#emit(buildApiCallEvent(this.world, 'UpdateOrganizationalUnit', { organizationalUnitId: id, name }));
  }

  /** @throws if it still has accounts or OUs (OrganizationalUnitNotEmptyException) */
  deleteOu(id: string): void {
    this.#ou(id);
    const children = [...this.world.accounts.values(), ...this.world.organizationalUnits.values()];
    if (children.some(({ parentId }) => parentId === id)) throw new Error(`OU ${id} is not empty`);
    this.world.organizationalUnits.delete(id);
    this.#emit(buildApiCallEvent(this.world, 'DeleteOrganizationalUnit', { organizationalUnitId: id }));
  }

  #ou(id: string): SimulatedOu {
    const ou = this.world.organizationalUnits.get(id);
    if (ou === undefined) throw new Error(`There is no OU ${id}`);
    return ou;
  }

  #expectFreeName({ id, name, parentId }: SimulatedOu): void {
    const others = [...this.world.organizationalUnits.values()].filter((ou) => ou.id !== id);
    if (others.some((ou) => ou.parentId === parentId && ou.name === name))
      throw new Error(`${parentId} has an OU with the name ${name} already`);
  }

  /** Suspends the account; AWS refuses it as a principal from now on. */
  closeAccount(accountId: string): void {
    this.#account(accountId).state = 'SUSPENDED';
    this.#emit(buildCloseAccountResult(this.world, accountId));
  }

  /** The account leaves the organization, and lives on outside it. */
  removeAccount(accountId: string): void {
    const { state } = this.#account(accountId);
    this.world.accounts.delete(accountId);
    if (state === 'ACTIVE') this.addForeignAccount(accountId);
    this.#emit(buildApiCallEvent(this.world, 'RemoveAccountFromOrganization', { accountId }));
  }

  tagAccount(accountId: string, tags: Readonly<Record<string, string>>): void {
    Object.assign(this.#account(accountId).tags, tags);
    const list = Object.entries(tags).map(([key, value]) => ({ key, value }));
    this.#emit(buildApiCallEvent(this.world, 'TagResource', { resourceId: accountId, tags: list }));
  }

  untagAccount(accountId: string, tagKeys: readonly string[]): void {
    const { tags } = this.#account(accountId);
    for (const key of tagKeys) delete tags[key];
    this.#emit(buildApiCallEvent(this.world, 'UntagResource', { resourceId: accountId, tagKeys }));
  }

  /** What Control Tower says when it has enrolled an account. */
  announceManagedAccount(accountId: string): void {
    this.#emit(buildCreateManagedAccount(this.world, this.#account(accountId)));
  }

  // Resources; each method gives the ARN back.

  addBucket(bucket: Parameters<typeof make.makeBucket>[1]): string {
    return kept(this.world.buckets, bucket.name, make.makeBucket(this.world, bucket));
  }

  addKey(key: Parameters<typeof make.makeKey>[1]): string {
    return keptByArn(this.world.keys, make.makeKey(this.world, key));
  }

  addImage(image: Parameters<typeof make.makeImage>[1]): string {
    return kept(this.world.images, image.id, make.makeImage(this.world, image));
  }

  addRepository(repository: Parameters<typeof make.makeRepository>[1]): string {
    return keptByArn(this.world.repositories, make.makeRepository(this.world, repository));
  }

  addSecret(secret: Parameters<typeof make.makeSecret>[1]): string {
    return keptByArn(this.world.secrets, make.makeSecret(this.world, secret));
  }

  addRole(role: iam.RoleInput): string {
    return keptByArn(this.world.roles, iam.makeRole(this.world, role));
  }

  addUser(user: iam.UserInput): string {
    return keptByArn(this.world.users, iam.makeUser(this.world, user));
  }

  addInstanceProfile(profile: Parameters<typeof iam.makeInstanceProfile>[1]): string {
    return keptByArn(this.world.instanceProfiles, iam.makeInstanceProfile(this.world, profile));
  }

  addGroup(group: Parameters<typeof iam.makeGroup>[1]): string {
    return keptByArn(this.world.groups, iam.makeGroup(this.world, group));
  }

  addManagedPolicy(policy: iam.ManagedPolicyInput): string {
    return keptByArn(this.world.managedPolicies, iam.makeManagedPolicy(this.world, policy));
  }

  addTopic(topic: Parameters<typeof make.makeTopic>[1]): string {
    const arn = make.makeTopic(this.world, topic);
    this.world.topics.add(arn);
    return arn;
  }

  /** Where a policy or a grant names the role, its unique id stands from now on, and no write takes that. */
  deleteRole(arn: string): void {
    deleteRole(this.world, arn);
  }

  /** The same for a user, or a role of an account outside the organization. */
  deletePrincipal(arn: string): void {
    deletePrincipal(this.world, arn);
  }

  deleteRepository(arn: string): void {
    if (!this.world.repositories.delete(arn)) throw new Error(`There is no repository ${arn}`);
  }

  /** @param id an image's id; the ARN of a key or a secret. A tag that is `undefined` is taken away */
  tagResource(
    kind: 'image' | 'key' | 'secret',
    id: string,
    tags: Readonly<Record<string, string | undefined>>,
  ): void {
    const { images, keys, secrets } = this.world;
    const found = { image: images, key: keys, secret: secrets }[kind].get(id);
    if (found === undefined) throw new Error(`There is no ${kind} ${id}`);
    for (const [key, value] of Object.entries(tags))
      if (value === undefined) delete found.tags[key];
      else found.tags[key] = value;
  }

  // Policies, past the API.

  /** @param id a bucket's name; the ARN of anything else */
  policyOf(kind: ResourceKind, id: string): PolicyDocument | undefined {
    const { policy, arn } = this.#resource(kind, id);
    return policy === undefined ? undefined : parsePolicy(policy, arn);
  }

  /** What a read answers with. */
  policyTextOf(kind: ResourceKind, id: string): string | undefined {
    return this.#resource(kind, id).policy;
  }

  /** What an outsider put there; `undefined` for no policy. Not checked. */
  editPolicy(kind: ResourceKind, id: string, policy: make.PolicyInput | undefined): void {
    this.#resource(kind, id).policy = policy === undefined ? undefined : make.toPolicyText(policy);
  }

  #resource(kind: ResourceKind, id: string): SimulatedResource {
    const { buckets, keys, repositories, secrets } = this.world;
    const found = { bucket: buckets, key: keys, repository: repositories, secret: secrets }[kind].get(id);
    if (found === undefined) throw new Error(`There is no ${kind} ${id}`);
    return found;
  }

  #account(id: string): SimulatedAccount {
    const account = this.world.accounts.get(id);
    if (account === undefined) throw new Error(`There is no account ${id} in the organization`);
    return account;
  }

  #expectContainer(id: string): void {
    if (!isContainer(this.world, id)) throw new Error(`There is no root or OU ${id}`);
  }

  #emit(event: OrganizationEvent): void {
    announce(this.world, event);
  }
}

const nobody: PolicyDocument = { Version: '2012-10-17', Statement: [] };

const everything: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

function listed<T>(list: T[], item: T): () => void {
  list.push(item);
  return () => {
    const index = list.indexOf(item);
    if (index >= 0) list.splice(index, 1);
  };
}

function kept<T extends { readonly arn: string }>(map: Map<string, T>, key: string, item: T): string {
  map.set(key, item);
  return item.arn;
}

const keptByArn = <T extends { readonly arn: string }>(map: Map<string, T>, item: T): string =>
  kept(map, item.arn, item);
