import type { Configuration } from '../configuration/schema.ts';
import { UnsafeChangeError } from '../grants/errors.ts';
import type { Account } from '../platform/account.ts';
import type { PolicyTooLargeError } from '../platform/aws/errors.ts';
import { formatAccountIds } from './registry-index.ts';

/** Where removals are blocked. */
export interface RemovalScope {
  readonly configuration: Pick<Configuration, 'removalLimits'>;
  /** All accounts of the registry, for their names. */
  readonly accounts: readonly Account[];
}

/**
 * The report of removals that wait for an operator.
 * @param tooLarge why no account is added until they are done. Absent if new accounts fit
 */
export const withheldError = (
  key: string,
  withheld: readonly string[],
  scope: RemovalScope,
  tooLarge?: PolicyTooLargeError,
) =>
  new UnsafeChangeError(
    `${key}: ${withheldText(withheld, scope, tooLarge === undefined ? '' : notBeside)}`,
    { resource: key, accountIds: withheld },
    tooLarge,
  );

const notBeside = '. No account is added, because not all accounts fit into the policy together';

/** The same without the resource, for another error. */
export const withheldText = (
  withheld: readonly string[],
  { configuration: { removalLimits }, accounts }: RemovalScope,
  meanwhile = '',
): string =>
  `${withheld.length} accounts would lose their access at once: ${formatAccountIds(withheld, accounts)}. That is more than ` +
  `${removalLimits.accounts} and more than ${removalLimits.fraction * 100} % of the accounts that have it. The removals are blocked, and the accounts keep their access` +
  `${meanwhile}. To allow the removals, raise \`removalLimits.fraction\` or \`removalLimits.accounts\` and run \`onboarding activate\``;
