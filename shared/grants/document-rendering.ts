import type { PolicyDocument, Statement } from '../iam/document.ts';
import {
  createManagedSid,
  installationOf,
  listManagedStatements,
  replaceManagedStatements,
} from '../iam/managed-statements.ts';
import { measurePolicy, type SizeUnit } from '../iam/size.ts';
import { withoutAccounts } from '../iam/without-accounts.ts';
import type { Account } from '../platform/account.ts';
import type { AccountClients } from '../platform/aws/access.ts';
import { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { admitMembers, admitNamed, getAdmittedAccounts } from './admitted-accounts.ts';
import {
  type AdmittedAccounts,
  formatResourceKey,
  type GrantContext,
  type RenderRequest,
  type ResourceRef,
  type Share,
} from './contract.ts';
import { UnsafeChangeError } from './errors.ts';
import { type GrantEntry, type Match, matchForms } from './grant-schema.ts';
import { inCondition, matchOf } from './principals.ts';
import { adviseQuotaIncrease, type LimitName, type Limits } from './quotas.ts';

/** The policy of a resource. `document` is `undefined` if it has none. */
export interface DocumentState {
  readonly document: PolicyDocument | undefined;
  /**
   * Tells the resource from a later one with the same name (`GrantKind.readIdentity`). Absent if `read` does not return
   * it.
   */
  readonly identity?: string;
}

/** A statement before it gets its Sid. `part` becomes the end of the Sid, and differs for each statement of a grant. */
export interface Part {
  readonly part: string;
  readonly statement: Statement;
}

export interface StatementRequest<Entry> {
  readonly entry: Entry;
  /** Ordered by id. Never empty if the statements list the accounts. */
  readonly accounts: readonly Account[];
  readonly ref: ResourceRef;
  readonly context: GrantContext;
  /** The form in which to write the statements: one of the kind's packings, or `inCondition`. */
  readonly packing: string;
  /** How the statements name the accounts. `accounts` if the kind's entries have no `match`. */
  readonly match: Match;
}

/** How a grant kind creates its statements, and how large its documents may be. */
export interface DocumentRules<Entry extends GrantEntry> {
  readonly title: string;
  /** How large a document may be, counted in `unit`. */
  getLimit(limits: Limits): number;
  /**
   * The setting under `limits` that operators increase when AWS has raised the quota. Absent if AWS never raises it.
   */
  readonly setting?: LimitName;
  readonly unit: SizeUnit;
  /**
   * The forms in which the statements can be written, the most readable first. Rendering uses the first form that is
   * small enough. If a grant allows it, `inCondition` is the last form.
   */
  readonly packings: readonly string[];
  createStatements(request: StatementRequest<Entry>): readonly Part[];
  /** Whether the entry's statements give access to every member, and have no condition for it. Default: false. */
  isForAllMembers?(entry: Entry): boolean;
  /** Deletes the document. Absent if the resource must always have one. */
  remove?(clients: AccountClients, ref: ResourceRef): Promise<unknown>;
}

export function renderDocument<Entry extends GrantEntry>(
  kind: DocumentRules<Entry>,
  request: RenderRequest<Entry, DocumentState>,
) {
  let size = 0;
  for (const packing of packingsOf(kind, request.shares)) {
    const rendering = attempt(kind, request, packing);
    if (rendering.size <= rendering.limit) return rendering;
    size = rendering.size;
  }
  throw tooLarge(kind, request, size);
}

/** The forms in which these grants may be written, the most readable first. */
const packingsOf = <Entry extends GrantEntry>(
  { packings }: DocumentRules<Entry>,
  shares: readonly Share<Entry>[],
): readonly string[] =>
  shares.some(({ entry }) => entry.accountsIn === 'condition') ? [...packings, inCondition] : packings;

function attempt<Entry extends GrantEntry>(
  kind: DocumentRules<Entry>,
  request: RenderRequest<Entry, DocumentState>,
  packing: string,
) {
  const { ref, actual, shares, remembered, context } = request;
  const wanted = [
    ...shares.flatMap((share) => statementsOf(kind, share, ref, context, packing)),
    ...listRetainedStatements(kind, request),
  ];
  const document = replaceManagedStatements({
    document: actual.document,
    where: formatResourceKey(ref),
    installationId: context.installationId,
    wanted,
    remembered,
  });
  if (document === undefined && actual.document !== undefined && kind.remove === undefined)
    throw cannotBeEmpty(kind, ref);
  return {
    next: { document },
    owned: wanted.flatMap(({ Sid }) => Sid ?? []),
    size: measurePolicy(document, kind.unit),
    limit: kind.getLimit(context.limits),
    unit: kind.unit,
    ...(packingsOf(kind, shares).length > 1 ? { packing } : {}),
  };
}

function statementsOf<Entry extends GrantEntry>(
  kind: DocumentRules<Entry>,
  share: Share<Entry>,
  ref: ResourceRef,
  context: GrantContext,
  packing: string,
): readonly Statement[] {
  const { entry, accounts } = share;
  const match = matchOf(share);
  if (accounts.length === 0 && match === 'accounts') return [];
  const { installationId } = context;
  const parts = kind.createStatements({ entry, accounts, ref, context, packing, match });
  return parts.map(({ part, statement }) => ({
    Sid: createManagedSid({ installationId, grant: entry.name, part }),
    ...statement,
  }));
}

/** An invented account, used to find out which Sids the statements of a grant have. */
const anyAccount: Account = {
  id: '000000000000',
  name: '',
  state: 'ACTIVE',
  parentIds: [],
  ouPath: '',
  tags: {},
};

/** The accounts that the statements of a grant admit. */
export function listGrantedAccounts<Entry extends GrantEntry>(
  kind: DocumentRules<Entry>,
  entry: Entry,
  ref: ResourceRef,
  document: PolicyDocument | undefined,
  context: GrantContext,
): AdmittedAccounts {
  if (document === undefined) return admitNamed(new Set());
  const sids = new Set<string | undefined>(listSids(kind, entry, ref, context));
  const ours = listManagedStatements(document, context.installationId).filter(({ Sid }) => sids.has(Sid));
  if (ours.length > 0 && kind.isForAllMembers?.(entry) === true) return admitMembers;
  return getAdmittedAccounts(ours);
}

/**
 * Every Sid that a grant can write, with any `match`. After an operator changes `match`, the document still has
 * statements of the old form. Example: with a condition, the owner of the resource has a statement of its own.
 */
export function listSids<Entry extends GrantEntry>(
  kind: DocumentRules<Entry>,
  entry: Entry,
  ref: ResourceRef,
  context: GrantContext,
): readonly string[] {
  const accounts = [anyAccount, { ...anyAccount, id: ref.accountId }];
  const { installationId } = context;
  const parts = matchForms.flatMap((match) =>
    packingsOf(kind, [{ entry, accounts }]).flatMap((packing) =>
      kind.createStatements({ entry, accounts, ref, context, packing, match }),
    ),
  );
  const sids = parts.map(({ part }) => createManagedSid({ installationId, grant: entry.name, part }));
  return [...new Set(sids)];
}

function listRetainedStatements<Entry extends GrantEntry>(
  kind: DocumentRules<Entry>,
  request: RenderRequest<Entry, DocumentState>,
): readonly Statement[] {
  const { retainFormerGrants } = request;
  if (retainFormerGrants === undefined) return [];
  return listFormerStatements(kind, request).flatMap(
    (statement) => withoutAccounts(statement, retainFormerGrants.without) ?? [],
  );
}

/** The managed statements that belong to no current grant. */
function listFormerStatements<Entry extends GrantEntry>(
  kind: DocumentRules<Entry>,
  { ref, actual, shares, remembered, context }: RenderRequest<Entry, DocumentState>,
): readonly Statement[] {
  const current = new Set(shares.flatMap(({ entry }) => listSids(kind, entry, ref, context)));
  return listManagedStatements(actual.document, context.installationId).filter(
    ({ Sid = '' }) => remembered.includes(Sid) && !current.has(Sid),
  );
}

/**
 * The resource must always have a policy. Example: if the policy of a KMS key had no statement, nobody could manage the
 * key.
 */
const cannotBeEmpty = <Entry extends GrantEntry>(
  { title }: DocumentRules<Entry>,
  ref: ResourceRef,
): UnsafeChangeError =>
  new UnsafeChangeError(
    `${formatResourceKey(ref)}: no grant needs a managed statement any more, and the policy has no other statement. A ${title} cannot be empty.  ` +
      'Nothing was written. Add a statement that lets the account manage the resource',
    { resource: formatResourceKey(ref) },
  );

/** The error for a document that is too large. Bisection finds how many accounts fit. */
function tooLarge<Entry extends GrantEntry>(
  kind: DocumentRules<Entry>,
  request: RenderRequest<Entry, DocumentState>,
  size: number,
): PolicyTooLargeError {
  const limit = kind.getLimit(request.context.limits);
  const packing = packingsOf(kind, request.shares).at(-1) ?? '';
  const accounts = Math.max(0, ...request.shares.map((share) => share.accounts.length));
  const fits = (count: number): boolean => {
    const shares = request.shares.map((share) => ({ ...share, accounts: share.accounts.slice(0, count) }));
    return attempt(kind, { ...request, shares }, packing).size <= limit;
  };
  let low = -1;
  let high = accounts;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle;
  }
  const where = formatResourceKey(request.ref);
  const foreign = foreignSize(kind, request);
  const room =
    low < 0 ? 'no account fits, because unmanaged statements fill the policy' : `${low} accounts fit`;
  const others = foreign === 0 ? '' : `, of which unmanaged statements take ${foreign}`;
  return new PolicyTooLargeError(
    `${where}: the policy for ${accounts} accounts would have ${size} ${kind.unit}, and ${kind.title} takes ` +
      `${limit}${others}; ${room}${kind.setting === undefined ? '' : adviseQuotaIncrease(kind.setting, size)}`,
    { resource: where, size, limit, unit: kind.unit, foreign, accounts, fit: Math.max(low, 0) },
  );
}

/** How much of the document's size comes from unmanaged statements. */
function foreignSize<Entry extends GrantEntry>(
  { unit }: DocumentRules<Entry>,
  { actual: { document }, context }: RenderRequest<Entry, DocumentState>,
): number {
  if (document === undefined) return 0;
  const Statement = document.Statement.filter(({ Sid }) => installationOf(Sid) !== context.installationId);
  return Statement.length === 0 ? 0 : measurePolicy({ ...document, Statement }, unit);
}
