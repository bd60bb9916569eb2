import { type Clock, systemClock } from '../../platform/clock.ts';
import type { Store } from '../ports.ts';
import { dynamoApprovals } from './approvals.ts';
import { dynamoConfiguration } from './configuration.ts';
import { dynamoFound } from './found.ts';
import { dynamoLeases } from './leases.ts';
import { dynamoOutbox } from './outbox.ts';
import { dynamoRegistry } from './registry.ts';
import { dynamoResources } from './resources.ts';
import { dynamoRuns } from './runs.ts';
import type { Table } from './table.ts';

/**
 * The store of an installation: one table (`tableDefinition`), whose items are told apart by their keys.
 *
 * | pk | sk | holds |
 * |---|---|---|
 * | `REGISTRY` | `ACCOUNT#<id>` | an account and the revision of its last change |
 * | `REGISTRY` | `REVISION` | the number of the last change, and its account |
 * | `REGISTRY` | `READY` | when the first complete import ended |
 * | `RESOURCE#<key>` | `STATE` | what the project remembers of a resource |
 * | `RESOURCE#<key>` | `LEASE` | who may write it, until when |
 * | `FOUND` | `SEARCH#<SHA-256 of its key>` | what one search by pattern has found |
 * | `RUN#<id>` | `RUN` | a run |
 * | `RUN#<id>` | `CHANGE#<resource>` | what the run did to a resource |
 * | `RUN#<id>` | `APPROVAL` | what the run asks a person, and the answer |
 * | `CONFIGURATION` | `IN_FORCE` | the configuration that writers must have |
 * | `OUTBOX#<source>` | `DELIVERY#<id>` | a version of a secret or configuration on its way to a target |
 * | `OUTBOX_SECRETS` | `SECRET#<arn>` | that a secret is to be looked at where its events do not come |
 * | `OPEN_OUTBOX` | `DELIVERY#<source>#<id>` | that it has not ended |
 *
 * Errors of DynamoDB propagate as they are, except those that a port turns into a value.
 * @param clock Waits until the last change of the registry can be read. Default: the system's
 */
export const dynamoStore = (table: Table, clock: Clock = systemClock): Store => ({
  registry: dynamoRegistry(table, clock),
  resources: dynamoResources(table),
  found: dynamoFound(table),
  leases: dynamoLeases(table),
  runs: dynamoRuns(table),
  approvals: dynamoApprovals(table),
  configuration: dynamoConfiguration(table),
  outbox: dynamoOutbox(table),
});
