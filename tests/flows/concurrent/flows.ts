import { describe } from '@jest/globals';
import type { MakeStorage } from '../../fixtures/storage.ts';
import { accountFlows } from './accounts.ts';
import { approvalFlows } from './approvals.ts';
import { deliveryFlows } from './deliveries.ts';
import { sweepFlows } from './sweeps.ts';

/** Runs that meet at leases, revisions of the registry, approvals and the outbox: the same with every storage. */
export function concurrentFlows(name: string, makeStorage: MakeStorage): void {
  describe(name, () => {
    accountFlows(makeStorage);
    sweepFlows(makeStorage);
    approvalFlows(makeStorage);
    deliveryFlows(makeStorage);
  });
}
