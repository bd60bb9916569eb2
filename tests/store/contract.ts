import { describe } from '@jest/globals';
import type { MakeStore } from '../fixtures/make-store.ts';
import { approvalContract } from './contracts/approvals.ts';
import { configurationContract } from './contracts/configuration.ts';
import { leaseContract } from './contracts/leases.ts';
import { memberCheckContract } from './contracts/member-checks.ts';
import { outboxContract } from './contracts/outbox.ts';
import { reconciliationEndContract } from './contracts/reconciliation-end.ts';
import { registryContract } from './contracts/registry.ts';
import { resourceContract } from './contracts/resources.ts';
import { runSearchContract } from './contracts/run-search.ts';
import { runContract } from './contracts/runs.ts';
import { foundContract } from './contracts/search-results.ts';

/** What every implementation of the store has to do. */
export function storeContract(name: string, makeStore: MakeStore): void {
  describe(name, () => {
    registryContract(makeStore);
    resourceContract(makeStore);
    reconciliationEndContract(makeStore);
    foundContract(makeStore);
    leaseContract(makeStore);
    runContract(makeStore);
    runSearchContract(makeStore);
    approvalContract(makeStore);
    configurationContract(makeStore);
    outboxContract(makeStore);
    memberCheckContract(makeStore);
  });
}
