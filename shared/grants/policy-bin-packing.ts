import { createPolicy, type Statement } from '../iam/document.ts';
import { measurePolicy } from '../iam/size.ts';
import { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { compareByText } from '../platform/order.ts';
import { formatResourceKey, type GrantContext, type ResourceRef } from './contract.ts';
import { listAttached, type ManagedPolicies, type ManagedPolicy } from './managed-policies.ts';
import { adviseQuotaIncrease } from './quotas.ts';
import { anyAccount, listRoleAccounts, type RoleEntry, withRoleEntries } from './role-entries.ts';
import { countSidCharacters, toSentDocument } from './sid-tag.ts';

interface PolicyPackingRequest {
  readonly ref: ResourceRef;
  readonly actual: ManagedPolicies;
  readonly slots: readonly RoleEntry[];
  /** The statements of the grants, before the accounts are added. */
  readonly statements: readonly Statement[];
  readonly context: GrantContext;
}

interface Shard {
  readonly name: string;
  readonly slots: RoleEntry[];
  readonly sids: Set<string>;
  readonly taggedSid: string | undefined;
  /** The number of characters in the policy. */
  size: number;
}

/**
 * Distributes entries over managed policies: an entry is what one account adds to a statement. Each entry stays in the
 * policy that has it. So an added account changes one policy, and a removed account moves no other entry. All new
 * entries of an account go into the first policy with room.
 * @throws PolicyTooLargeError if there would be more policies than can be attached, or if an entry fits into no policy
 */
export function packPolicies(request: PolicyPackingRequest): {
  policies: readonly ManagedPolicy[];
  size: number;
  limit: number;
} {
  const { actual, context, statements } = request;
  const limit = context.limits.managedPolicyCharacters;
  const weigh = weighing(statements);
  const kept = keepInPlace(request, weigh);
  const placed = new Set(kept.flatMap(({ slots }) => slots.map(slotKey)));
  const full = fill(
    request,
    kept,
    request.slots.filter((slot) => !placed.has(slotKey(slot))),
    weigh,
  );
  const used = full.filter(({ slots }) => slots.length > 0);
  requireAttachable(request, used);
  const policies = inOrderOfWriting(
    used.map((shard) => toPolicy(shard, statements, actual)),
    actual,
  );
  const size = Math.max(0, ...policies.map((policy) => measurePolicy(toSentDocument(policy), 'characters')));
  return { policies, size, limit };
}

/**
 * Orders the policies for writing, so that no account lacks access in between. First come policies that begin to admit
 * all accounts by a condition, because other policies then stop to list accounts. Last come policies that stop to admit
 * accounts, or whose accounts move to another policy.
 */
function inOrderOfWriting(
  policies: readonly ManagedPolicy[],
  actual: ManagedPolicies,
): readonly ManagedPolicy[] {
  const all = new Set(policies.flatMap(placesIn));
  const rank = (policy: ManagedPolicy): number => {
    const attachedPolicy = listAttached(actual).find(({ name }) => name === policy.name);
    const before = sidsForAll(attachedPolicy);
    const after = sidsForAll(policy);
    if (after.some((sid) => !before.includes(sid))) return 0;
    const stays = new Set(placesIn(policy));
    const moves =
      attachedPolicy !== undefined &&
      placesIn(attachedPolicy).some((slotPlace) => !stays.has(slotPlace) && all.has(slotPlace));
    return moves || before.some((sid) => !after.includes(sid)) ? 2 : 1;
  };
  return policies.toSorted((a, b) => rank(a) - rank(b));
}

const placesIn = ({ document }: ManagedPolicy): readonly string[] =>
  document.Statement.flatMap((statement) =>
    listRoleAccounts(statement).map(({ accountId }) => `${statement.Sid} ${accountId}`),
  );

const sidsForAll = (policy: ManagedPolicy | undefined): readonly (string | undefined)[] =>
  (policy?.document.Statement ?? [])
    .filter((statement) => listRoleAccounts(statement).some(({ accountId }) => accountId === anyAccount))
    .map(({ Sid }) => Sid);

const slotKey = ({ sid, accountId, text }: RoleEntry): string => `${sid} ${accountId} ${text}`;

/** Counts how many characters a policy grows by these entries. */
type Weigh = (slots: readonly RoleEntry[], shard: Pick<Shard, 'sids' | 'taggedSid'>) => number;

/**
 * Counts a comma for each entry. The first entry of a statement needs no comma, but it adds the statement to the
 * policy.
 */
function weighing(statements: readonly Statement[]): Weigh {
  const sizes = new Map(statements.map((statement) => [statement.Sid, JSON.stringify(statement).length]));
  return (slots, { sids, taggedSid }) =>
    [...new Set(slots.map(({ sid }) => sid))]
      .filter((sid) => !sids.has(sid))
      .reduce(
        (sum, sid) => sum + (sizes.get(sid) ?? 0) - (sid === taggedSid ? countSidCharacters(sid) : 0),
        0,
      ) + slots.reduce((sum, { text }) => sum + text.length + 3, 0);
}

/**
 * A policy without entries. The size is one less, because each statement is counted with a comma, and the last one has
 * none.
 */
const newShard = (name: string, taggedSid: string | undefined): Shard => ({
  name,
  slots: [],
  sids: new Set(),
  taggedSid,
  size: measurePolicy(createPolicy(), 'characters') - 1,
});

function put(shard: Shard, slots: readonly RoleEntry[], weigh: Weigh): void {
  shard.size += weigh(slots, shard);
  shard.slots.push(...slots);
  for (const { sid } of slots) shard.sids.add(sid);
}

/**
 * Puts entries into the policies that have them now, even if an entry's role was renamed and the new name still fits.
 * Attached policies come first, then managed policies that are not attached, which start empty, and new policies last.
 * So a write attaches another policy only if the attached ones are full. Then none of them is emptied, and there are
 * never more attached policies at a time than before or after the write.
 */
function keepInPlace({ actual, slots, context }: PolicyPackingRequest, weigh: Weigh): Shard[] {
  const wanted = new Map(slots.map((slot) => [`${slot.sid} ${slot.accountId}`, slot]));
  const attachedFirst = actual.policies.toSorted((a, b) => Number(b.attached) - Number(a.attached));
  return attachedFirst.map(({ name, attached, document, taggedSid }) => {
    const shard = newShard(name, taggedSid);
    if (!attached) return shard;
    for (const statement of document.Statement)
      for (const { accountId } of listRoleAccounts(statement)) {
        const slot = wanted.get(`${statement.Sid} ${accountId}`);
        if (slot === undefined) continue;
        if (shard.size + weigh([slot], shard) > context.limits.managedPolicyCharacters) continue;
        put(shard, [slot], weigh);
        wanted.delete(`${statement.Sid} ${accountId}`);
      }
    return shard;
  });
}

/** Puts the new entries of each account into the first policy with room. New policies get the lowest free numbers. */
function fill(
  request: PolicyPackingRequest,
  kept: readonly Shard[],
  slots: readonly RoleEntry[],
  weigh: Weigh,
): readonly Shard[] {
  const { ref, context } = request;
  const limit = context.limits.managedPolicyCharacters;
  const all = [...kept];
  let open = 0;
  for (const group of togetherWhereFitting(slots, limit, weigh)) {
    const fits = (shard: Shard) => shard.size + weigh(group, shard) <= limit;
    while (open < all.length && !fits(all[open] as Shard)) open += 1;
    if (open === all.length) all.push(newShard(freeName(ref, context, all), group[0]?.sid));
    const shard = all[open] as Shard;
    if (!fits(shard)) throw slotTooLarge(request, shard.size + weigh(group, shard));
    put(shard, group, weigh);
  }
  return all;
}

/**
 * Groups entries by account, so that they stay together. If no policy has room for all entries of an account, each
 * entry is a group.
 */
const togetherWhereFitting = (
  slots: readonly RoleEntry[],
  limit: number,
  weigh: Weigh,
): readonly RoleEntry[][] =>
  [...Map.groupBy(slots, ({ accountId }) => accountId)]
    .sort(compareByText(([name]) => name))
    .flatMap(([, group]) => {
      const alone = newShard('', group[0]?.sid);
      return alone.size + weigh(group, alone) <= limit ? [group] : group.map((slot) => [slot]);
    });

function freeName({ id }: ResourceRef, { installationId }: GrantContext, taken: readonly Shard[]): string {
  const names = new Set(taken.map(({ name }) => name));
  const prefix = `account-onboarding-${installationId}-${id.replace('/', '-')}`;
  let number = 1;
  while (names.has(`${prefix}-${number}`)) number += 1;
  return `${prefix}-${number}`;
}

function requireAttachable(
  { ref, actual, context, slots }: PolicyPackingRequest,
  used: readonly Shard[],
): void {
  const { managedPoliciesPerGroup, managedPoliciesPerRole } = context.limits;
  const limit = ref.id.startsWith('group/') ? managedPoliciesPerGroup : managedPoliciesPerRole;
  const attachable = Math.max(limit - actual.othersAttached, 0);
  if (used.length <= attachable) return;
  const where = formatResourceKey(ref);
  const accounts = accountsOf(slots).size;
  const homeless = accountsOf(used.slice(attachable).flatMap((shard) => shard.slots));
  const fit = accounts - homeless.size;
  throw new PolicyTooLargeError(
    `${where}: ${accounts} accounts need ${used.length} managed policies, and ${attachable} of ${limit} can be ` +
      `attached (${actual.othersAttached} unmanaged policies are attached). ${fit} accounts fit${attachableText(ref, used.length, actual)}`,
    { resource: where, needed: used.length, attachable, accounts, fit },
  );
}

/** Suggests to raise the quota for attached policies, if AWS could raise it that far. */
function attachableText({ id }: ResourceRef, needed: number, { othersAttached }: ManagedPolicies): string {
  const setting = id.startsWith('group/') ? 'managedPoliciesPerGroup' : 'managedPoliciesPerRole';
  const all = needed + othersAttached;
  return [
    ...(othersAttached === 0 ? [] : ['. Detach policies that are not needed']),
    adviseQuotaIncrease(setting, all),
  ].join('');
}

const accountsOf = (slots: readonly RoleEntry[]): ReadonlySet<string> =>
  new Set(slots.map(({ accountId }) => accountId));

function slotTooLarge({ ref, context }: PolicyPackingRequest, size: number): PolicyTooLargeError {
  const where = formatResourceKey(ref);
  const limit = context.limits.managedPolicyCharacters;
  return new PolicyTooLargeError(
    `${where}: the permission for one account alone takes ${size} characters, and limits.managedPolicyCharacters ` +
      `is ${limit}${adviseQuotaIncrease('managedPolicyCharacters', size)}`,
    { resource: where, size, limit, accounts: 1, fit: 0 },
  );
}

/** Converts a plan for one policy to the managed policy. Statements for which it has no entry are not in it. */
function toPolicy(
  { name, slots, taggedSid }: Shard,
  statements: readonly Statement[],
  actual: ManagedPolicies,
): ManagedPolicy {
  const existingPolicy = actual.policies.find((policy) => policy.name === name);
  const bySid = Map.groupBy(slots, ({ sid }) => sid);
  return {
    name,
    ...(existingPolicy?.arn === undefined ? {} : { arn: existingPolicy.arn }),
    ...(taggedSid === undefined ? {} : { taggedSid }),
    attached: true,
    document: {
      ...createPolicy(),
      Statement: statements.flatMap((statement) => {
        const here = bySid.get(statement.Sid ?? '') ?? [];
        return here.length === 0 ? [] : [withRoleEntries(statement, here)];
      }),
    },
  };
}
