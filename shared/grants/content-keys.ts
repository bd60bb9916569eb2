import type { GrantContext, Permission, ResourceRef, ResourceSearch } from './contract.ts';

/** Actions to read a key: its id and state, its policy, and its grants. */
export const keyReadActions = ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:ListGrants'] as const;

/**
 * Lets the spoke role read the keys that encrypt resources in an account and region. It covers all keys there: the
 * configuration does not say which key encrypts a resource, and the key may change.
 */
export const createKeyReadPermission = (
  { region, accountId }: ResourceRef | ResourceSearch,
  { partition }: Pick<GrantContext, 'partition'>,
): Permission => ({
  actions: keyReadActions,
  resources: [`arn:${partition}:kms:${region}:${accountId}:key/*`],
});

/**
 * The condition `kms:ViaService` for a service ("AWS KMS condition keys", KMS developer guide). AWS does not document
 * whether service names in China have another suffix.
 */
export const toViaService = (
  service: string,
  { region }: Pick<ResourceRef, 'region'>,
  { partition }: Pick<GrantContext, 'partition'>,
): Readonly<Record<string, string>> =>
  partition === 'aws-cn' ? {} : { 'kms:ViaService': `${service}.${region}.amazonaws.com` };
