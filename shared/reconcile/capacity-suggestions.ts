import type { GrantKind, Rendering, RenderRequest, Share } from '../grants/contract.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { OnboardingError } from '../platform/errors.ts';

/**
 * A change of the configuration that makes room in a full policy, and how many accounts fit then. Each suggestion was
 * tested by rendering the policy.
 */
export interface CapacitySuggestion {
  /** Such as `accountsIn: condition` or `a resource of its own`. */
  readonly change: string;
  /** The grants that the suggestion changes, by name. Empty if it changes the resource. */
  readonly grants: readonly string[];
  /** How many accounts would fit with the change, at most as many as the grants select. */
  readonly fit: number;
}

interface FullResource {
  readonly kind: GrantKind;
  readonly request: RenderRequest<GrantEntry, unknown>;
  /** How many accounts fit without the change. */
  readonly now: number;
}

/**
 * Renders the desired policy of a resource. Pure.
 * @throws PolicyTooLargeError that says which change would make room, and the other errors of `GrantKind.render`
 */
export function renderOrExplain(
  kind: GrantKind,
  request: RenderRequest<GrantEntry, unknown>,
): Rendering<unknown> {
  try {
    return kind.render(request);
  } catch (error) {
    throw error instanceof PolicyTooLargeError
      ? withRemedies(toFullResource(kind, request, error), error)
      : error;
  }
}

const toFullResource = (
  kind: GrantKind,
  request: RenderRequest<GrantEntry, unknown>,
  { fields }: PolicyTooLargeError,
): FullResource => ({ kind, request, now: Number(fields.fit ?? 0) });

/** Adds suggestions to the error about a policy that is too large. Each was tested by rendering. Pure. */
function withRemedies(full: FullResource, refused: PolicyTooLargeError): PolicyTooLargeError {
  const accounts = countMaxAccounts(full.request.shares);
  const remedies = remediesFor(full);
  return new PolicyTooLargeError(
    `${refused.message}. ${remediesText(remedies, accounts)}`,
    { ...refused.fields, remedies },
    refused,
  );
}

function remediesText(remedies: readonly CapacitySuggestion[], accounts: number): string {
  const { all = [], some = [] } = Object.groupBy(remedies, ({ fit }) => (fit === accounts ? 'all' : 'some'));
  if (all.length > 0)
    return `Tested: all ${accounts} accounts fit with ${all.map(remedyText).join('; or with ')}`;
  const numbered = some.map((remedy) => `${remedyText(remedy)} (${remedy.fit})`);
  if (numbered.length > 0) return `Tested: more accounts fit with ${numbered.join('; or with ')}`;
  return 'No other `match`, shorter form of the policy or division of its grants has room for more accounts: each was tested';
}

function remedyText({ change, grants }: CapacitySuggestion): string {
  if (grants.length === 0) return change;
  return `${change} for ${grants.length === 1 ? 'grant' : 'grants'} ${grants.join(', ')}`;
}

/** All changes with which more accounts fit than now. Small changes of the configuration come first. */
const remediesFor = (full: FullResource): readonly CapacitySuggestion[] =>
  [...repacked(full), ...apart(full), ...unlisted(full), ...spread(full)].filter(({ fit }) => fit > full.now);

/** Tests a smaller form of the policy: grants list their account ids in a condition, if they support it. */
const repacked = (full: FullResource): readonly CapacitySuggestion[] =>
  changed(full, 'accountsIn: condition', (entry) =>
    entry.accountsIn === 'condition' ? undefined : reparsed(full, { ...entry, accountsIn: 'condition' }),
  );

/** Tests `match: organization` and `match: ou`: grants use one condition in place of a list, if they support it. */
const unlisted = (full: FullResource): readonly CapacitySuggestion[] =>
  (['organization', 'ou'] as const).flatMap((match) =>
    changed(full, `match: ${match}`, ({ accountsIn: _, ...entry }) =>
      (entry.match ?? 'accounts') === 'accounts' ? reparsed(full, { ...entry, match }) : undefined,
    ),
  );

const reparsed = ({ kind }: FullResource, entry: object): GrantEntry | undefined =>
  kind.schema.safeParse(entry).data;

function changed(
  full: FullResource,
  change: string,
  entryOf: (entry: GrantEntry) => GrantEntry | undefined,
): readonly CapacitySuggestion[] {
  const shares = full.request.shares.map((share) => ({ share, entry: entryOf(share.entry) }));
  const grants = shares.flatMap(({ entry }) => (entry === undefined ? [] : [entry.name]));
  const next = shares.map(({ share, entry }) => ({ ...share, entry: entry ?? share.entry }));
  return [{ change, grants, fit: fitting(full, next) }];
}

/** Tests a division by grants: one of the grants moves to a resource of its own. */
const apart = (full: FullResource): readonly CapacitySuggestion[] => {
  const { shares } = full.request;
  if (shares.length < 2) return [];
  return shares.map((own) => {
    const others = shares.filter((share) => share !== own);
    const fit = Math.min(fitting(full, others), fitting(onEmpty(full), [own]));
    return { change: 'a resource of its own', grants: [own.entry.name], fit };
  });
};

/** Tests a division by accounts: several resources have the same grants, each for a part of the accounts. */
function spread(full: FullResource): readonly CapacitySuggestion[] {
  const { shares } = full.request;
  const accounts = countMaxAccounts(shares);
  const each = fitting({ ...onEmpty(full), now: 0 }, shares);
  if (each === 0) return [];
  if (each === accounts)
    return [{ change: 'such a resource without unmanaged statements', grants: [], fit: each }];
  const resources = Math.ceil(accounts / each);
  const change = `${resources} such resources, each for ${Math.ceil(accounts / resources)} accounts at most`;
  return [{ change, grants: [], fit: accounts }];
}

const onEmpty = (full: FullResource): FullResource => ({
  ...full,
  request: { ...full.request, actual: full.kind.empty, remembered: [] },
});

const countMaxAccounts = (shares: readonly Share[]): number =>
  Math.max(0, ...shares.map(({ accounts }) => accounts.length));

/** Finds by bisection how many of the accounts fit. 0 if no more accounts fit than now. */
function fitting({ kind, request, now }: FullResource, shares: readonly Share[]): number {
  const fits = (count: number): boolean => {
    try {
      kind.render({ ...request, shares: shares.map((share) => withFirst(share, count)) });
      return true;
    } catch (error) {
      // A change that fails for another reason is no suggestion. Its error would hide the error about the full policy.
      if (error instanceof OnboardingError) return false;
      throw error;
    }
  };
  const accounts = countMaxAccounts(shares);
  if (fits(accounts)) return countMaxAccounts(request.shares);
  let enough = now + 1;
  if (!fits(enough)) return 0;
  let tooMany = accounts;
  while (tooMany - enough > 1) {
    const middle = Math.floor((enough + tooMany) / 2);
    if (fits(middle)) enough = middle;
    else tooMany = middle;
  }
  return enough;
}

const withFirst = (share: Share, count: number): Share => ({
  ...share,
  accounts: share.accounts.slice(0, count),
});
