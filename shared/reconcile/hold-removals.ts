import { isClosed } from '../accounts/membership.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import type { Hold, RemovalHold, RemovalLimitHold } from '../store/ports.ts';
import { indexRemovals } from './holds.ts';
import type { PlanRequest } from './plan-types.ts';
import { getAccountOrPlaceholder } from './registry-index.ts';

/** The rules and facts that decide whether an account keeps its access for now. */
export type RemovalRules = Pick<PlanRequest, 'now' | 'holds' | 'configuration' | 'activationId' | 'accounts'>;

interface Removals {
  readonly entry: GrantEntry;
  /** The accounts that have access although the grant does not select them any more. */
  readonly unwanted: readonly string[];
  /** How many accounts have access. */
  readonly count: number;
}

const hour = 3_600_000;

/** For one grant, the accounts that keep their access for now, each with the reason. */
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
 * A grace period needs a list of accounts. With a condition on the organization, AWS admits accounts by their
 * membership. To keep one account that leaves, the condition would have to become a list.
 */
const getGraceHours = ({ configuration }: RemovalRules, { match = 'accounts' }: GrantEntry): number =>
  match === 'accounts' ? configuration.graceHours : 0;

const isInGrace = (rules: RemovalRules, id: string, hours: number): boolean =>
  Date.parse(rules.now) - Date.parse(removalDueSince(rules, id)) < hours * hour;

/** When a run first found that the account loses its access. Without an earlier run: now. */
const removalDueSince = ({ now, holds }: RemovalRules, id: string): string =>
  (holds && indexRemovals(holds).get(id)?.since) ?? now;

/**
 * Removals above the limit are all blocked. They stay blocked while the configuration stays unchanged, even if fewer
 * accounts remain. Accounts that Organizations calls closed neither count nor wait: no wrong selector can have closed
 * them, and AWS may reject a document that names them.
 */
function listBlocked(rules: RemovalRules, due: readonly string[], count: number): readonly string[] {
  const counted = due.filter((id) => isCounted(rules, id));
  return exceedsLimit(rules, counted, count) ? counted : counted.filter((id) => isBlockedBefore(rules, id));
}

/** Like `listBlocked`, except that one account whose removal was blocked before blocks all removals. */
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

/** Whether a run of the active configuration has blocked this removal already. */
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
