/**
 * The account of a resource, from its key (`kind/account/region/id`). The resource's items are in partitions whose
 * names begin with the account. So the role of an update function can be limited to the partitions of one account.
 */
export const getResourceAccount = (resource: string): string => resource.split('/')[1] ?? '';
