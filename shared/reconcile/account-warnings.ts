import type { ResolvedConfiguration } from '../configuration/active-configuration.ts';
import type { Account } from '../platform/account.ts';
import { findAccountsWithoutRole } from './accounts-without-role.ts';
import { findSelectorWarnings } from './selector-warnings.ts';

/** What the accounts of the registry show to be legal but pointless in a configuration. */
export const findAccountWarnings = (
  active: Pick<ResolvedConfiguration, 'configuration' | 'ous'>,
  registered: readonly Account[],
): readonly string[] => [
  ...findSelectorWarnings(active, registered),
  ...findAccountsWithoutRole(active, registered),
];
