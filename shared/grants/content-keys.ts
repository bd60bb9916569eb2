import type { GrantContext, Permission, ResourceRef, ResourceSearch } from './contract.ts';

/** What reading a key takes: which key it is and whether it works, its policy, and its grants. */
export const keyReadActions = ['kms:DescribeKey', 'kms:GetKeyPolicy', 'kms:ListGrants'] as const;

/**
 * Reading the keys that encrypt resources of an account and region. The configuration does not say which keys these are, and a
 * resource can get another key.
 */
export const createKeyReadPermission = (
  { region, accountId }: ResourceRef | ResourceSearch,
  { partition }: Pick<GrantContext, 'partition'>,
): Permission => ({
  actions: keyReadActions,
  resources: [`arn:${partition}:kms:${region}:${accountId}:key/*`],
});

/**
 * The name of a service in `kms:ViaService` ("AWS KMS condition keys", KMS developer guide). Whether China adds its own suffix is not
 * documented.
 */
export const toViaService = (
  service: string,
  { region }: Pick<ResourceRef, 'region'>,
  { partition }: Pick<GrantContext, 'partition'>,
): Readonly<Record<string, string>> =>
  partition === 'aws-cn' ? {} : { 'kms:ViaService': `${service}.${region}.amazonaws.com` };
