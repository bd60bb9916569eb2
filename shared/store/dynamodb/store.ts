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
 * The store of an installation: one table (`createTableDefinition`), whose items are told apart by their keys.
 *
 * | pk | sk | holds |
 * |---|---|---|
 * | `REGISTRY` | `ACCOUNT#<id>` | an account and the revision of its last change |
 * | `REGISTRY` | `REVISION` | the number of the last change, and its account |
 * | `REGISTRY` | `READY` | when the first complete import ended |
 * | `RESOURCE#<key>` | `STATE` | what the project remembers of a resource |
 * | `RESOURCE#<key>` | `LEASE` | who may write it, until when |
 * | `RESOURCE#INVENTORY` | `MANAGED#<key>` | that this installation manages something on the resource |
 * | `FOUND` | `SEARCH#<SHA-256 of its key>` | what one search by pattern has found |
 * | `RUN#<id>` | `RUN` | a run |
 * | `RUN#<id>` | `CHANGE#<resource>` | what the run did to a resource |
 * | `RUN#<id>` | `APPROVAL` | what the run asks an operator, and the answer |
 * | `CONFIGURATION` | `IN_FORCE` | the configuration that writers must have |
 * | `OUTBOX#<source>` | `DELIVERY#<id>` | a version of a secret or configuration on its way to a target |
 * | `OUTBOX_SECRETS` | `SECRET#<arn>` | that a secret is to be looked at where its events do not come |
 * | `MEMBER_CHECK` | `LAST` | how far the checks of member roles have come |
 * | `OPEN_OUTBOX` | `DELIVERY#<source>#<id>` | that it has not ended |
 *
 * Errors of DynamoDB propagate as they are, except those that a port turns into a value.
 * @param clock Waits until the last change of the registry can be read. Default: the system's
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
