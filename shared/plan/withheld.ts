import type { Configuration } from '../configuration/schema.ts';
import { type PolicyTooLargeError, UnsafeChangeError } from '../errors.ts';

/**
 * The report of removals that wait for a person.
 * @param tooLarge why nobody is added until they are gone; left out where newcomers are not in the way
 */
export const withheldError = (
  key: string,
  withheld: readonly string[],
  { safety }: Configuration,
  tooLarge?: PolicyTooLargeError,
) =>
  new UnsafeChangeError(
    `${key}: ${withheld.length} accounts would lose their access at once, which is more than ` +
      `${safety.removalCount} and more than ${safety.removalShare * 100} % of those that have it. They keep it for now` +
      `${tooLarge === undefined ? '' : ', and nobody is added, since not all fit beside them'}. If it is meant, raise ` +
      '`safety.removalShare` or `safety.removalCount` and activate',
    { resource: key, accountIds: withheld },
    tooLarge,
  );
