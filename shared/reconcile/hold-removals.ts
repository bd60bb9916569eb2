import { isClosed } from '../accounts/membership.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import type { Hold, RemovalHold, RemovalLimitHold } from '../store/ports.ts';
import { indexRemovals } from './holds.ts';
import type { PlanRequest } from './plan-types.ts';
import { getAccountOrPlaceholder } from './registry-index.ts';

/** The settings and the state that decide whether an account keeps its access for now. */
export type RemovalRules = Pick<PlanRequest, 'now' | 'holds' | 'configuration' | 'activationId' | 'accounts'>;

interface Removals {
  readonly entry: GrantEntry;
  /** The accounts that have access although the grant does not select them any more. */
  readonly unwanted: readonly string[];
  /** How many accounts have access by the grant, as the base of the removal limit's fraction. */
  readonly count: number;
}

const hour = 3_600_000;

/** Decides for one grant which accounts keep their access for now, although the grant does not select them any more. */
export function holdRemovals(
  rules: RemovalRules,
  { entry, unwanted, count }: Removals,
): readonly RemovalHold[] {
  const hours = getGraceHours(rules, entry);
  const inGrace = unwanted.filter((id) => isInGrace(rules, id, hours));
  const due = unwanted.filter((id) => !isInGrace(rules, id, hours));
  return [
    ...inGrace.map((accountId) => ({
      accountId,
      change: 'remove' as const,
      reason: 'grace-period' as const,
      since: removalDueSince(rules, accountId),
    })),
    ...listBlocked(rules, due, count).map((id) => ({
      ...blockRemoval(rules, id),
      ...rememberSince(rules, id),
    })),
  ];
}

/**
 * Only grants that list accounts have a grace period. With a condition on the organization, AWS decides by membership.
 * To keep one account that left, the statement would have to list every account.
 */
const getGraceHours = ({ configuration }: RemovalRules, { match = 'accounts' }: GrantEntry): number =>
  match === 'accounts' ? configuration.graceHours : 0;

const isInGrace = (rules: RemovalRules, id: string, hours: number): boolean =>
  Date.parse(rules.now) - Date.parse(removalDueSince(rules, id)) < hours * hour;

/** Since when the account should lose its access: the time that an earlier run stored, otherwise now. */
const removalDueSince = ({ now, holds }: RemovalRules, id: string): string =>
  (holds && indexRemovals(holds).get(id)?.since) ?? now;

/**
 * The accounts whose removal the limit blocks. Above the limit, all removals are blocked. They stay blocked until
 * another configuration is active, even if fewer accounts remain. Closed accounts are not counted and not blocked: no
 * wrong selector can have closed them, and AWS may reject a policy that names them.
 */
function listBlocked(rules: RemovalRules, due: readonly string[], count: number): readonly string[] {
  const counted = due.filter((id) => isCounted(rules, id));
  return exceedsLimit(rules, counted, count) ? counted : counted.filter((id) => isBlockedBefore(rules, id));
}

/** Like `listBlocked`, but all or none: if the removal of one account was blocked before, all removals are blocked. */
export function listBlockedTogether(
  rules: RemovalRules,
  due: readonly string[],
  count: number,
): readonly string[] {
  const counted = due.filter((id) => isCounted(rules, id));
  const isBlocked = exceedsLimit(rules, counted, count) || counted.some((id) => isBlockedBefore(rules, id));
  return isBlocked ? counted : [];
}

const isCounted = (rules: RemovalRules, id: string): boolean => !isClosed(getAccountOrPlaceholder(rules, id));

function exceedsLimit({ configuration }: RemovalRules, counted: readonly string[], count: number): boolean {
  const { accounts: maxAccounts, fraction: maxFraction } = configuration.removalLimits;
  return counted.length > maxAccounts && counted.length > maxFraction * count;
}

/** Whether an earlier run of the active configuration has blocked the removal of this account. */
function isBlockedBefore({ holds, activationId }: RemovalRules, id: string): boolean {
  const hold: Hold | undefined = holds && indexRemovals(holds).get(id);
  return hold?.reason === 'removal-limit' && hold.activationId === activationId;
}

export const blockRemoval = (
  { activationId }: Pick<RemovalRules, 'activationId'>,
  accountId: string,
): RemovalLimitHold => ({ accountId, change: 'remove', reason: 'removal-limit', activationId });

const rememberSince = (rules: RemovalRules, id: string): Pick<RemovalLimitHold, 'since'> =>
  rules.configuration.graceHours === 0 ? {} : { since: removalDueSince(rules, id) };
