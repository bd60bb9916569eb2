import type { GrantContext, Permission, ResourceRef, ResourceSearch } from './contract.ts';

/** Actions for reading a key: its id and state, its policy, and its grants. */
export const keyReadActions = ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:ListGrants'] as const;

/**
 * The permission to read the keys that encrypt resources of an account and region. It covers every key there, because
 * the configuration does not say which keys encrypt a resource, and the key of a resource can change.
 */
export const createKeyReadPermission = (
  { region, accountId }: ResourceRef | ResourceSearch,
  { partition }: Pick<GrantContext, 'partition'>,
): Permission => ({
  actions: keyReadActions,
  resources: [`arn:${partition}:kms:${region}:${accountId}:key/*`],
});

/**
 * The condition key `kms:ViaService` with the name of a service ("AWS KMS condition keys", KMS developer guide).
 * Whether names in China have a suffix of their own is not documented.
 */
export const toViaService = (
  service: string,
  { region }: Pick<ResourceRef, 'region'>,
  { partition }: Pick<GrantContext, 'partition'>,
): Readonly<Record<string, string>> =>
  partition === 'aws-cn' ? {} : { 'kms:ViaService': `${service}.${region}.amazonaws.com` };
