/**
 * The account of a resource, by its key (`kind/account/region/id`). Its items of the table are in partitions that begin with
 * the account, since the role of an update function may write the partitions of one account only.
 */
export const getResourceAccount = (resource: string): string => resource.split('/')[1] ?? '';
