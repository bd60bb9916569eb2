import type { Account } from '../organization/account.ts';
import type { Conditions, PrincipalMap } from '../policy/document.ts';
import type { AccessRequest } from '../policy/evaluate.ts';
import type { GrantContext } from './contract.ts';

/** Accounts are named by their root, never by a role: AWS refuses a document that names a role that is gone. */
export const accountPrincipals = (
  accounts: readonly Account[],
  { partition }: GrantContext,
): PrincipalMap => ({
  AWS: accounts.map(({ id }) => `arn:${partition}:iam::${id}:root`),
});

export const accountIds = (accounts: readonly Account[]): readonly string[] => accounts.map(({ id }) => id);

/** Narrows a statement to some roles of the accounts that its principals name; nothing where `roles` is absent. */
export const onlyRoles = (
  roles: readonly string[] | undefined,
  { partition }: GrantContext,
): { readonly Condition?: Conditions } =>
  roles === undefined
    ? {}
    : {
        Condition: {
          ArnLike: { 'aws:PrincipalArn': roles.map((role) => `arn:${partition}:iam::*:role/${role}`) },
        },
      };

/** A request of a role of the account, as it would meet `onlyRoles`; `*` in a role name stands for itself. */
export function requestOfAccount(
  account: Account,
  context: GrantContext,
  request: {
    action: string;
    resource: string;
    roles?: readonly string[] | undefined;
    context?: AccessRequest['context'];
  },
): AccessRequest {
  const role = (request.roles?.[0] ?? 'AnyRole').replaceAll('*', 'Any');
  const arn = `arn:${context.partition}:iam::${account.id}:role/${role}`;
  return {
    principal: { type: 'AWS', accountId: account.id, arn },
    action: request.action,
    resource: request.resource,
    context: {
      'aws:PrincipalArn': arn,
      'aws:PrincipalAccount': account.id,
      'aws:PrincipalOrgID': context.organizationId,
      ...request.context,
    },
  };
}

/** A request that an AWS service makes on behalf of the account. */
export const requestOfService = (
  service: string,
  account: Account,
  request: { action: string; resource: string; sourceArn: string; context?: AccessRequest['context'] },
): AccessRequest => ({
  principal: { type: 'Service', service },
  action: request.action,
  resource: request.resource,
  context: { 'aws:SourceAccount': account.id, 'aws:SourceArn': request.sourceArn, ...request.context },
});
