import { type AccountLocator, createAccountLocator } from '../accounts/locate-account.ts';
import type { ResolvedConfiguration } from '../configuration/active-configuration.ts';
import { createApprovalTest } from './required-approval.ts';
import type { Services } from './services.ts';

/** For commands, which no run precedes: an account may have moved after the registry has read it. */
export async function createLocator(
  { store: { registry }, hub: { organizations }, clock }: Services,
  { configuration, ous }: ResolvedConfiguration,
): Promise<AccountLocator> {
  // Until the first import has finished, no operator could have approved an account.
  const isReady = (await registry.getReadySince()) !== undefined;
  const needsApproval = isReady ? createApprovalTest(configuration, ous) : undefined;
  return createAccountLocator({ registry, organizations, clock, needsApproval });
}
