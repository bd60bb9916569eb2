import type * as z from 'zod';
import type { PolicyKind } from '../iam/applied-policy.ts';
import { type PolicyDocument, parsePolicy, type Statement, serializePolicy } from '../iam/document.ts';
import { isSamePolicy } from '../iam/equality.ts';
import type { Account } from '../platform/account.ts';
import type { AccountClients } from '../platform/aws/access.ts';
import type { Access } from './access.ts';
import {
  type Discovery,
  type EntryWarning,
  formatResourceKey,
  type GrantContext,
  type GrantKind,
  type ResourceRef,
  type ResourceType,
} from './contract.ts';
import { listPlaces } from './discovery.ts';
import {
  type DocumentRules,
  type DocumentState,
  listGrantedAccounts,
  listSids,
  renderDocument,
} from './document-rendering.ts';
import type { GrantEntry } from './grant-schema.ts';
import type { KindActions } from './kind-actions.ts';
import { createArnPermissions, toWildcardRef } from './permissions.ts';

/**
 * What a service returns: the text of the policy, and what tells the resource from a later one with the same name
 * (`GrantKind.readIdentity`).
 */
interface Answer {
  readonly text: string | undefined;
  readonly identity: string | undefined;
}

/**
 * What is different between grant kinds with one policy document for each resource. `createDocumentKind` makes a
 * `GrantKind` of it.
 */
export interface DocumentKind<Entry extends GrantEntry> extends DocumentRules<Entry> {
  readonly name: string;
  readonly resourceType: ResourceType;
  readonly policyKind: PolicyKind;
  readonly schema: z.ZodType<Entry>;
  readonly actions: KindActions;
  /** The ids of the resources that an entry names. If the entry has several regions, the ids are the same in each. */
  listIds(entry: Entry): readonly string[];
  /** Default: there is no warning. */
  listWarnings?(entry: Entry): readonly EntryWarning[];
  /** The ARN on which the spoke role needs the kind's actions. A `*` in the id stays, as a wildcard of IAM. */
  formatArn(ref: ResourceRef, context: GrantContext): string;
  /** Like `GrantKind.listArns`. Default: the ARN of the resource alone. */
  listArns?(ref: ResourceRef, context: GrantContext): readonly string[];
  /** How a pattern finds resources. Absent if entries can only name their resources. */
  readonly discovery?: Discovery<Entry>;
  listAccesses(entry: Entry, account: Account, ref: ResourceRef, context: GrantContext): readonly Access[];
  /**
   * Like `GrantKind.listMemberStatements`, for the resources that the entry names. A pattern of names becomes a
   * resource with wildcards.
   */
  listMemberStatements?(
    entry: Entry,
    on: readonly ResourceRef[],
    context: GrantContext,
  ): readonly Statement[];
  /**
   * Reads the text of the policy; `undefined` if the resource has none. Also returns the identity of the resource, if
   * the service sends it in the same answer.
   */
  read(clients: AccountClients, ref: ResourceRef): Promise<string | undefined | Answer>;
  /** Like `GrantKind.readIdentity`. Default: the identity that `read` returned. */
  readIdentity?(clients: AccountClients, ref: ResourceRef): Promise<string | undefined>;
  /** The name of the error for a resource without a policy. Absent if the service has no such error. */
  readonly absentError?: string;
  readonly readContentKeys?: GrantKind<Entry>['readContentKeys'];
  readonly listKeyPermissions?: GrantKind<Entry>['listKeyPermissions'];
  write(clients: AccountClients, ref: ResourceRef, text: string): Promise<unknown>;
}

export function createDocumentKind<Entry extends GrantEntry>(
  kind: DocumentKind<Entry>,
): GrantKind<Entry, DocumentState> {
  const { name, title, resourceType, policyKind, schema, actions } = kind;
  const listResources = (entry: Entry, context: GrantContext): readonly ResourceRef[] =>
    listPlaces(entry, context).flatMap((accountRegion) =>
      kind.listIds(entry).map((id) => ({ kind: name, id, ...accountRegion })),
    );
  return {
    name,
    title,
    resourceType,
    policyKind,
    schema,
    actions,
    sendsUnmanaged: true,
    empty: { document: undefined },
    listResources,
    listMemberStatements: (entry, context) => {
      const searches = kind.discovery?.listSearches(entry, context) ?? [];
      const on = [...listResources(entry, context), ...searches.map(toWildcardRef)];
      return kind.listMemberStatements?.(entry, on, context) ?? [];
    },
    ...(kind.discovery === undefined ? {} : { discovery: kind.discovery }),
    listWarnings: (entry) => kind.listWarnings?.(entry) ?? [],
    listArns: (ref, context) => kind.listArns?.(ref, context) ?? [kind.formatArn(ref, context)],
    listPermissions: (on, context) => createArnPermissions(kind, on, context),
    listAccesses: kind.listAccesses,
    render: (request) => renderDocument(kind, request),
    listSids: (entry, ref, context) => listSids(kind, entry, ref, context),
    listGrantedAccounts: (entry, ref, { document }, context) =>
      listGrantedAccounts(kind, entry, ref, document, context),
    isSame: (a, b) => isSamePolicy(a.document, b.document),
    toDocuments: ({ document }) => ({ policy: document }),
    withoutStatements: ({ document, ...state }, statements) => ({
      ...state,
      document: document && removeStatements(document, statements),
    }),
    read: (clients, ref) => readDocument(kind, clients, ref),
    readIdentity: async (clients, ref, state) => kind.readIdentity?.(clients, ref) ?? state.identity,
    ...(kind.readContentKeys === undefined ? {} : { readContentKeys: kind.readContentKeys }),
    ...(kind.listKeyPermissions === undefined ? {} : { listKeyPermissions: kind.listKeyPermissions }),
    write: async (clients, ref, { to: { document } }) => {
      if (document !== undefined) await kind.write(clients, ref, serializePolicy(document));
      else await removeDocument(kind, clients, ref);
    },
  };
}

async function readDocument<Entry extends GrantEntry>(
  kind: DocumentKind<Entry>,
  clients: AccountClients,
  ref: ResourceRef,
): Promise<DocumentState> {
  try {
    const answer = await kind.read(clients, ref);
    const { text, identity } = typeof answer === 'object' ? answer : { text: answer };
    const document = text === undefined ? undefined : parsePolicy(text, formatResourceKey(ref));
    return { document, ...(identity === undefined ? {} : { identity }) };
  } catch (error) {
    if (error instanceof Error && error.name === kind.absentError) return { document: undefined };
    throw error;
  }
}

/** `undefined` if no statement is left. */
function removeStatements(
  document: PolicyDocument,
  statements: readonly Statement[],
): PolicyDocument | undefined {
  const Statement = document.Statement.filter((each) => !statements.includes(each));
  return Statement.length === 0 ? undefined : { ...document, Statement };
}

/** Deletes the document. It is no error if the document does not exist. */
async function removeDocument<Entry extends GrantEntry>(
  kind: DocumentKind<Entry>,
  clients: AccountClients,
  ref: ResourceRef,
): Promise<void> {
  try {
    await kind.remove?.(clients, ref);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== kind.absentError) throw error;
  }
}
