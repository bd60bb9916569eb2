import { getResourceAccount } from '../resource-account.ts';

/** The partition of a resource's state and lease. */
export const resourcePartition = (resource: string): string =>
  `${accountPrefix(getResourceAccount(resource))}${resource}`;

/** The partition of an account's part of the inventory. */
export const inventoryPartition = (accountId: string): string => `${accountPrefix(accountId)}INVENTORY`;

/** The resource whose state or lease is in the partition. */
export const resourceOf = (pk: unknown): string => String(pk).replace(/^RESOURCE#[^#]*#/, '');

const accountPrefix = (accountId: string): string => `RESOURCE#${accountId}#`;
