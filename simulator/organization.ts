import type { AwsCredentialIdentity } from '@smithy/types';
import type { PolicyDocument } from '../shared/iam/document.ts';
import type { AccountState } from '../shared/platform/account.ts';
import type { ClientPlugin } from '../shared/platform/aws/plugins.ts';
import {
  buildApiCallEvent,
  buildCloseAccountResult,
  buildCreateAccountResult,
  buildCreateManagedAccount,
} from './events.ts';
import type { OrganizationEvent } from './organization-event.ts';
import { OrganizationResources } from './organization-resources.ts';
import { answerFromOrganization, type Exchange, type Interceptor, type LoggedCall } from './plugin.ts';
import { createQuickClients } from './quick-clients.ts';
import { markOfProcess, openSession, toRoleCaller } from './sessions.ts';
import type { SimulatedAccount, SimulatedOu, SimulatedRole } from './simulated-resources.ts';
import {
  announce,
  type CallDecision,
  createWorld,
  isContainer,
  makeRandomText,
  type SimulatedWorldSettings,
} from './world.ts';

export type EventListener = (event: OrganizationEvent) => void;

/**
 * An organization in memory. It answers real SDK clients: `plugin()` goes into each client, and nothing is sent over a
 * network. The `add…` methods prepare the organization, without events and checks. The methods named like operations of
 * the Organizations API (`createAccount`, `moveAccount`, …) send events as AWS does. The settings provide time and
 * random numbers. `KNOWN-DIFFERENCES.md` lists what the simulator does not model.
 */
export class SimulatedOrganization extends OrganizationResources {
  /** Credentials of the hub's role, which may do everything in the hub's account. They do not expire. */
  readonly hubCredentials: AwsCredentialIdentity;
  /** Every attempt of every call, in order. */
  readonly calls: LoggedCall[] = [];
  readonly #interceptors: Interceptor[] = [];

  constructor(settings: SimulatedWorldSettings) {
    super(createWorld(settings));
    const { managementAccountId, hubAccountId, rootId, hubRole } = this.world.settings;
    this.addAccount({ id: managementAccountId, name: 'management', parentId: rootId });
    if (hubAccountId !== managementAccountId)
      this.addAccount({ id: hubAccountId, name: 'hub', parentId: rootId });
    this.addRole({ accountId: hubAccountId, name: hubRole, trust: nobody, permissions: everything });
    this.hubCredentials = this.credentialsOf(hubAccountId, hubRole);
    markOfProcess(this.world, this.hubCredentials);
  }

  /** Runs `act` with the credentials of a function's role instead of the hub's role, as Lambda does. */
  runAs<T>(role: SimulatedRole, act: () => Promise<T>): Promise<T> {
    return this.world.functionCaller.run(toRoleCaller(this.world, role, role.name), act);
  }

  /**
   * Runs something that an operator does while a function runs. Its calls use the hub's role and not the function's.
   */
  runAsOperator<T>(act: () => T): T {
    return this.world.functionCaller.exit(act);
  }

  /** Reports each decision about a call to the listener. @returns a function that removes the listener */
  onDecision(listener: (decision: CallDecision) => void): () => void {
    return listed(this.world.decisionListeners, listener);
  }

  /** The SDK plugin that answers requests instead of AWS. @param quick for clients without the SDK's own middlewares */
  plugin({ quick = false } = {}): ClientPlugin {
    const exchange: Exchange = { world: this.world, interceptors: this.#interceptors, calls: this.calls };
    return answerFromOrganization(quick ? { ...exchange, quick: createQuickClients() } : exchange);
  }

  /**
   * Lets a test run code around every call. The interceptor that was added last runs first. @returns a function that
   * removes it
   */
  intercept(interceptor: Interceptor): () => void {
    return listed(this.#interceptors, interceptor);
  }

  /** Listeners are called synchronously, in the order of the events. @returns a function that removes the listener */
  onEvent(listener: EventListener): () => void {
    return listed(this.world.listeners, listener);
  }

  /** Like `onEvent`, but for the read-only events that CloudTrail sends for uses of keys. */
  onKeyUse(listener: EventListener): () => void {
    return listed(this.world.keyUseListeners, listener);
  }

  resetCalls(): void {
    this.calls.length = 0;
  }

  /** Credentials of any role of the world, such as a function's or an operator's. They do not expire. */
  credentialsOf(accountId: string, roleName: string, sessionName = roleName): AwsCredentialIdentity {
    const role = [...this.world.roles.values()].find(
      (each) => each.accountId === accountId && each.name === roleName,
    );
    if (role === undefined) throw new Error(`There is no role ${roleName} in account ${accountId}`);
    return openSession(this.world, role, sessionName, Number.POSITIVE_INFINITY).credentials;
  }

  // Methods that prepare the organization, without an event and without checks.

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

  /** Disables a region for an account, so that every service there rejects the account's credentials. */
  disableRegion(accountId: string, region: string): void {
    this.world.disabledRegions.add(`${accountId}/${region}`);
  }

  enableRegion(accountId: string, region: string): void {
    this.world.disabledRegions.delete(`${accountId}/${region}`);
  }

  /** From now on, AWS rejects the account as a principal. AWS does so for some minutes after an account was created. */
  refusePrincipal(accountId: string): void {
    this.world.refusedPrincipals.add(accountId);
  }

  acceptPrincipal(accountId: string): void {
    this.world.refusedPrincipals.delete(accountId);
  }

  setState(accountId: string, state: AccountState): void {
    this.#account(accountId).state = state;
  }

  // Methods that do what an operation of the Organizations API does, and send its event.

  /** Creates an account in the root, which is active at once. @returns the account's id */
  createAccount(account: { readonly id?: string; readonly name: string }): string {
    const { name, id = makeRandomText(this.world, 12, '123456789') } = account;
    if (this.world.accounts.has(id)) throw new Error(`Account ${id} exists already`);
    this.addAccount({ id, name });
    this.#emit(buildCreateAccountResult(this.world, { name, accountId: id }));
    return id;
  }

  /** Sends the event of a failed creation. No account is added. */
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

  /** Renames an OU. It keeps its id, its parent and its accounts. AWS cannot move an OU. */
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

  /** Suspends the account. AWS rejects it as a principal from now on. */
  closeAccount(accountId: string): void {
    this.#account(accountId).state = 'SUSPENDED';
    this.#emit(buildCloseAccountResult(this.world, accountId));
  }

  /** Removes the account from the organization. It continues to exist outside the organization. */
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

  /** Sends the event that Control Tower sends after it has enrolled an account. */
  announceManagedAccount(accountId: string): void {
    this.#emit(buildCreateManagedAccount(this.world, this.#account(accountId)));
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
