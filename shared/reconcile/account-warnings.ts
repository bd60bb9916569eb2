import type { ResolvedConfiguration } from '../configuration/active-configuration.ts';
import type { Account } from '../platform/account.ts';
import { findAccountsWithoutRole } from './accounts-without-role.ts';
import { findSelectorWarnings } from './selector-warnings.ts';

/**
 * Warnings about parts of a configuration that are valid but have no effect, such as a selector that matches no account
 * of the registry.
 */
export const findAccountWarnings = (
  active: Pick<ResolvedConfiguration, 'configuration' | 'ous'>,
  registered: readonly Account[],
): readonly string[] => [
  ...findSelectorWarnings(active, registered),
  ...findAccountsWithoutRole(active, registered),
];
