import { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { formatResourceKey, type LimitUnit, type ResourceRef, type Share } from './contract.ts';
import type { GrantEntry } from './grant-schema.ts';
import { adviseQuotaIncrease, type LimitName } from './quotas.ts';

export interface CountedLimit<Entry extends GrantEntry> {
  readonly ref: ResourceRef;
  readonly shares: readonly Share<Entry>[];
  /** How many entries the resource has now, such as grants of a key. */
  readonly now: number;
  /** How many entries it would have with these shares. Unmanaged entries are included. */
  count(shares: readonly Share<Entry>[]): number;
  readonly limit: number;
  readonly unit: LimitUnit;
  /** The setting under `limits`. Operators increase it when AWS has raised the quota. */
  readonly setting: LimitName;
}

/**
 * Checks how many entries a resource would have, if AWS limits their number. Example: the grants of a key.
 * @throws PolicyTooLargeError, which says how many accounts fit
 */
export function measureCounted<Entry extends GrantEntry>(counted: CountedLimit<Entry>): number {
  const { shares, limit } = counted;
  const size = counted.count(shares);
  // Unmanaged entries may have exceeded the limit. A change that makes the number smaller must still be possible.
  if (size <= limit || size < counted.now) return size;
  throw tooMany(counted, size);
}

const withFirst = <Entry extends GrantEntry>(shares: readonly Share<Entry>[], count: number) =>
  shares.map((share) => ({ ...share, accounts: share.accounts.slice(0, count) }));

function tooMany<Entry extends GrantEntry>(
  { ref, shares, count, limit, unit, setting }: CountedLimit<Entry>,
  size: number,
): PolicyTooLargeError {
  const accounts = Math.max(0, ...shares.map((share) => share.accounts.length));
  let fit = 0;
  let tooMuch = accounts;
  while (tooMuch - fit > 1) {
    const middle = Math.floor((fit + tooMuch) / 2);
    if (count(withFirst(shares, middle)) <= limit) fit = middle;
    else tooMuch = middle;
  }
  const where = formatResourceKey(ref);
  return new PolicyTooLargeError(
    `${where}: it would have ${size} ${unit} with ${accounts} accounts, and limits.${setting} is ${limit}; ${fit} accounts fit` +
      adviseQuotaIncrease(setting, size),
    { resource: where, size, limit, unit, accounts, fit },
  );
}
