import type { Configuration } from '../configuration/schema.ts';
import { type Account, formatAccount } from '../platform/account.ts';
import type {
  HoldReason,
  Outcome,
  RecordedHold,
  RejectedPrincipalHold,
  ResourceChange,
} from '../store/ports.ts';
import { formatAccountIds, getAccountOrPlaceholder } from './registry-index.ts';

/**
 * The words for each reason in messages, in the order of the output. A grace period is not listed, because nothing has
 * failed.
 */
const reasonWords: Readonly<Partial<Record<HoldReason, string>>> = {
  capacity: 'no room',
  'removal-limit': 'removal blocked',
  'rejected-principal': 'principal rejected',
};

/** An outcome in words: `written`, or the reasons of the holds: `removal blocked, principal rejected`. */
export function formatResult(outcome: Outcome, { holds = [] }: Pick<ResourceChange, 'holds'>): string {
  if (outcome !== 'held') return outcome;
  const reasons = new Set(holds.map(({ reason }) => reason as string));
  const words = Object.entries(reasonWords).filter(([reason]) => reasons.has(reason));
  return words.length === 0 ? outcome : words.map(([, word]) => word).join(', ');
}

/** Explains in the words of AWS why a write excluded accounts. One text for each message of AWS. */
export function formatRejections(
  rejected: readonly RejectedPrincipalHold[],
  accounts: readonly Account[],
): string {
  const { ambiguous = [], named = [] } = Object.groupBy(rejected, (hold) =>
    hold.ambiguous === true ? 'ambiguous' : 'named',
  );
  return [formatNamed(named, accounts), formatAmbiguous(ambiguous, accounts)]
    .filter((text) => text !== '')
    .join('; ');
}

const formatNamed = (rejected: readonly RejectedPrincipalHold[], accounts: readonly Account[]): string =>
  rejected.length === 0 ? '' : `AWS does not accept ${formatHeld(rejected, accounts)} as a principal`;

const formatAmbiguous = (rejected: readonly RejectedPrincipalHold[], accounts: readonly Account[]): string =>
  rejected.length === 0
    ? ''
    : `AWS rejected the document while ${formatHeld(rejected, accounts)} ${rejected.length === 1 ? 'was' : 'were'} in it, and named no cause`;

const formatHeld = (holds: readonly { readonly accountId: string }[], accounts: readonly Account[]): string =>
  formatAccountIds(
    holds.map(({ accountId }) => accountId),
    accounts,
  );

/** What a message about blocked removals needs: the configured limits and the accounts' names. */
export interface RemovalScope {
  readonly configuration: Pick<Configuration, 'removalLimits'>;
  /** All accounts of the registry, for their names. */
  readonly accounts: readonly Account[];
}

/** Names the accounts whose removal is blocked, and says what an operator does to allow the removal. */
export const formatBlockedRemovals = (
  blocked: readonly string[],
  { configuration: { removalLimits }, accounts }: RemovalScope,
  meanwhile = '',
): string =>
  `${blocked.length} accounts would lose their access at once: ${formatAccountIds(blocked, accounts)}. That is more than ` +
  `${removalLimits.accounts} and more than ${removalLimits.fraction * 100} % of the accounts that have it. The removals are blocked, and the accounts keep their access` +
  `${meanwhile}. To allow the removals, raise \`removalLimits.fraction\` or \`removalLimits.accounts\` and run \`onboarding activate\``;

/** How many accounts a text names together with the end of their grace periods. */
const maxAccounts = 3;

/**
 * `2 accounts keep access for a grace period: orders-test (666677778888) until 2026-03-04 09:00 UTC, …`. The grace
 * period that ends first comes first. `undefined` if there is none.
 */
export function formatGracePeriods(
  holds: readonly RecordedHold[],
  accounts: readonly Account[],
): string | undefined {
  const periods = holds
    .filter((hold) => hold.reason === 'grace-period')
    .toSorted((a, b) => (a.until < b.until ? -1 : 1));
  if (periods.length === 0) return undefined;
  const shown = periods
    .slice(0, maxAccounts)
    .map(
      ({ accountId, until }) =>
        `${formatAccount(getAccountOrPlaceholder({ accounts }, accountId))} until ${toMinutes(until)}`,
    );
  const more = periods.length > maxAccounts ? [`and ${periods.length - maxAccounts} more`] : [];
  const who =
    periods.length === 1 ? '1 account keeps' : `${periods.length.toLocaleString('en-US')} accounts keep`;
  return `${who} access for a grace period: ${[...shown, ...more].join(', ')}`;
}

const toMinutes = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;
