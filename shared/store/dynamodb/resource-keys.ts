import { getResourceAccount } from '../resource-account.ts';

/** The partition with a resource's state and its lease. */
export const resourcePartition = (resource: string): string =>
  `${accountPrefix(getResourceAccount(resource))}${resource}`;

/** The partition that lists the resources of one account on which this installation manages statements. */
export const inventoryPartition = (accountId: string): string => `${accountPrefix(accountId)}INVENTORY`;

/** The key of the resource whose state or lease is in this partition. */
export const resourceOf = (pk: unknown): string => String(pk).replace(/^RESOURCE#[^#]*#/, '');

const accountPrefix = (accountId: string): string => `RESOURCE#${accountId}#`;
