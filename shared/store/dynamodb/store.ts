import { type Clock, systemClock } from '../../platform/clock.ts';
import type { Store } from '../ports.ts';
import { createDynamoApprovals } from './approvals.ts';
import { createDynamoConfiguration } from './configuration.ts';
import { createDynamoLeases } from './leases.ts';
import { createDynamoMemberChecks } from './member-checks.ts';
import { createDynamoOutbox } from './outbox.ts';
import { createDynamoRegistry } from './registry.ts';
import { createDynamoResources } from './resources.ts';
import { createDynamoRuns } from './runs.ts';
import { createDynamoSearchResults } from './search-results.ts';
import type { Table } from './table.ts';

/**
 * The store of an installation. All items are in one table (`createTableDefinition`), and their keys tell them apart.
 *
 * | pk | sk | contains |
 * |---|---|---|
 * | `REGISTRY` | `ACCOUNT#<id>` | an account and the revision of its last change |
 * | `REGISTRY` | `REVISION` | the number of the last change, and its account |
 * | `REGISTRY` | `READY` | when the first complete import ended |
 * | `RESOURCE#<account>#<key>` | `STATE` | the state of a resource |
 * | `RESOURCE#<account>#<key>` | `LEASE` | the run that may write the resource, and until when |
 * | `RESOURCE#<account>#INVENTORY` | `MANAGED#<key>` | this installation manages a statement on the resource |
 * | `FOUND` | `SEARCH#<SHA-256 of its key>` | the matches of one search by pattern |
 * | `RUN#<id>` | `RUN` | a run |
 * | `RUN#<id>` | `CHANGED_ACCOUNTS` | the accounts in which the run changes resources |
 * | `RUN#<id>#<account>` | `CHANGE#<resource>` | the run's change of a resource |
 * | `RUN#<id>` | `APPROVAL` | the run's request for approval, and the decision |
 * | `CONFIGURATION` | `IN_FORCE` | the active configuration |
 * | `OUTBOX#<source>` | `DELIVERY#<id>` | a version of a secret or configuration on its way to a target |
 * | `OUTBOX_SECRETS` | `SECRET#<arn>` | a secret that the scheduled check checks |
 * | `MEMBER_CHECK` | `LAST` | how far the checks of member roles have come |
 * | `OPEN_OUTBOX` | `DELIVERY#<source>#<id>` | a delivery that has not ended |
 *
 * Errors of DynamoDB are thrown unchanged, except errors that a port returns as a value.
 * @param clock waits until the last change of the registry can be read. Default: the system's clock
 */
export const createDynamoStore = (table: Table, clock: Clock = systemClock): Store => ({
  registry: createDynamoRegistry(table, clock),
  resources: createDynamoResources(table),
  searchResults: createDynamoSearchResults(table),
  leases: createDynamoLeases(table),
  runs: createDynamoRuns(table),
  approvals: createDynamoApprovals(table),
  configuration: createDynamoConfiguration(table),
  outbox: createDynamoOutbox(table),
  memberChecks: createDynamoMemberChecks(table),
});
