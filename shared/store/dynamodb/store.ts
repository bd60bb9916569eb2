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
 * The store of an installation: one table (`createTableDefinition`). The keys tell its items apart.
 *
 * | pk | sk | holds |
 * |---|---|---|
 * | `REGISTRY` | `ACCOUNT#<id>` | an account and the revision of its last change |
 * | `REGISTRY` | `REVISION` | the number of the last change, and its account |
 * | `REGISTRY` | `READY` | when the first complete import ended |
 * | `RESOURCE#<account>#<key>` | `STATE` | the state of a resource |
 * | `RESOURCE#<account>#<key>` | `LEASE` | the run that may write it, until when |
 * | `RESOURCE#<account>#INVENTORY` | `MANAGED#<key>` | this installation manages a statement on the resource |
 * | `FOUND` | `SEARCH#<SHA-256 of its key>` | the matches of one search by pattern |
 * | `RUN#<id>` | `RUN` | a run |
 * | `RUN#<id>` | `CHANGED_ACCOUNTS` | the accounts in which the run changes resources |
 * | `RUN#<id>#<account>` | `CHANGE#<resource>` | the run's change of a resource |
 * | `RUN#<id>` | `APPROVAL` | the run's request for approval, and the decision |
 * | `CONFIGURATION` | `IN_FORCE` | the active configuration |
 * | `OUTBOX#<source>` | `DELIVERY#<id>` | a version of a secret or configuration on its way to a target |
 * | `OUTBOX_SECRETS` | `SECRET#<arn>` | the scheduled check checks the secret |
 * | `MEMBER_CHECK` | `LAST` | the progress of the checks of member roles |
 * | `OPEN_OUTBOX` | `DELIVERY#<source>#<id>` | the delivery has not ended |
 *
 * Errors of DynamoDB propagate unchanged, except errors that a port turns into a value.
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
