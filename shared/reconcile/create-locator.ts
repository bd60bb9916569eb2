import { type AccountLocator, createAccountLocator } from '../accounts/locate-account.ts';
import type { ResolvedConfiguration } from '../configuration/active-configuration.ts';
import { createApprovalTest } from './required-approval.ts';
import type { Services } from './services.ts';

/**
 * Commands do not run after an event, so the registry may not have the latest move of an account. The locator asks
 * Organizations.
 */
export async function createLocator(
  { store: { registry }, hub: { organizations }, clock }: Services,
  { configuration, ous }: ResolvedConfiguration,
): Promise<AccountLocator> {
  // Approvals begin when the first import has finished. Before that, no account needs one.
  const isReady = (await registry.getReadySince()) !== undefined;
  const needsApproval = isReady ? createApprovalTest(configuration, ous) : undefined;
  return createAccountLocator({ registry, organizations, clock, needsApproval });
}
