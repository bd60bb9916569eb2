import { isClosed } from '../accounts/membership.ts';
import type { GrantEntry } from '../grants/grant-schema.ts';
import type { Hold, RemovalHold, RemovalLimitHold } from '../store/ports.ts';
import { indexRemovals } from './holds.ts';
import type { PlanRequest } from './plan-types.ts';
import { getAccountOrPlaceholder } from './registry-index.ts';

/** The facts that decide whether a removal waits. */
export type RemovalRules = Pick<
  PlanRequest,
  'now' | 'holds' | 'configuration' | 'configurationHash' | 'accounts'
>;

interface Removals {
  readonly entry: GrantEntry;
  /** The accounts that have access, and that the grant does not select. */
  readonly unwanted: readonly string[];
  /** How many accounts have access. */
  readonly count: number;
}

const hour = 3_600_000;

/** The accounts of one grant that keep their access for now, with the reason. */
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
 * A grace period needs a list of accounts. With a condition on the organization, AWS decides which accounts have access. To
 * keep one account, the condition would have to become a list.
 */
const getGraceHours = ({ configuration }: RemovalRules, { match = 'accounts' }: GrantEntry): number =>
  match === 'accounts' ? configuration.graceHours : 0;

const isInGrace = (rules: RemovalRules, id: string, hours: number): boolean =>
  Date.parse(rules.now) - Date.parse(removalDueSince(rules, id)) < hours * hour;

/** When the account was first found to lose access: now, if no run has found that before. */
const removalDueSince = ({ now, holds }: RemovalRules, id: string): string =>
  (holds && indexRemovals(holds).get(id)?.since) ?? now;

/**
 * The removals of one grant wait together, while the configuration stays unchanged. An account that Organizations calls
 * closed does not count and does not wait: no selector can be wrong about it, and AWS may reject a document that names
 * it.
 */
function listBlocked(rules: RemovalRules, due: readonly string[], count: number): readonly string[] {
  const counted = due.filter((id) => isCounted(rules, id));
  return exceedsLimit(rules, counted, count) ? counted : counted.filter((id) => isBlockedBefore(rules, id));
}

/** As `listBlocked`, but one account that was blocked before blocks all removals. */
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

/** Whether the active configuration has blocked the removal before. */
function isBlockedBefore({ holds, configurationHash }: RemovalRules, id: string): boolean {
  const hold: Hold | undefined = holds && indexRemovals(holds).get(id);
  return hold?.reason === 'removal-limit' && hold.configurationHash === configurationHash;
}

export const blockRemoval = (
  { configurationHash }: Pick<RemovalRules, 'configurationHash'>,
  accountId: string,
): RemovalLimitHold => ({ accountId, change: 'remove', reason: 'removal-limit', configurationHash });

const rememberSince = (rules: RemovalRules, id: string): Pick<RemovalLimitHold, 'since'> =>
  rules.configuration.graceHours === 0 ? {} : { since: removalDueSince(rules, id) };
