import type {
  Account,
  DescribeAccountCommandInput,
  DescribeAccountCommandOutput,
  DescribeOrganizationalUnitCommandInput,
  DescribeOrganizationalUnitCommandOutput,
  DescribeOrganizationCommandInput,
  DescribeOrganizationCommandOutput,
  ListAccountsCommandInput,
  ListAccountsCommandOutput,
  ListAccountsForParentCommandInput,
  ListAccountsForParentCommandOutput,
  ListChildrenCommandInput,
  ListChildrenCommandOutput,
  ListOrganizationalUnitsForParentCommandInput,
  ListOrganizationalUnitsForParentCommandOutput,
  ListParentsCommandInput,
  ListParentsCommandOutput,
  ListRootsCommandInput,
  ListRootsCommandOutput,
  ListTagsForResourceCommandInput,
  ListTagsForResourceCommandOutput,
  OrganizationalUnit,
} from '@aws-sdk/client-organizations';
import { createAwsError } from '../aws-error.ts';
import { defineOperation, type ServiceCall, type ServiceOperations } from '../call.ts';
import { getPage } from '../paging.ts';
import type { SimulatedAccount, SimulatedOu } from '../simulated-resources.ts';
import { isContainer, type SimulatedWorld } from '../world.ts';
import { organizationPolicies } from './organization-policies.ts';
import { authorizeOrganizations, formatOrganizationsArn, toNextToken } from './organizations-access.ts';

/** AWS Organizations: reads accounts and OUs, and changes policies. Source: Organizations API reference. */
export const organizations: ServiceOperations = {
  ...organizationPolicies,

  DescribeOrganization: defineOperation<DescribeOrganizationCommandInput, DescribeOrganizationCommandOutput>(
    (call) => {
      authorizeOrganizations(call, 'DescribeOrganization');
      const { organizationId, managementAccountId } = call.world.settings;
      return {
        Organization: {
          Id: organizationId,
          Arn: formatOrganizationsArn(call.world, `organization/${organizationId}`),
          FeatureSet: 'ALL',
          MasterAccountId: managementAccountId,
        },
      };
    },
  ),

  DescribeAccount: defineOperation<DescribeAccountCommandInput, DescribeAccountCommandOutput>((call) => {
    authorizeOrganizations(call, 'DescribeAccount');
    return { Account: describe(call.world, accountOf(call.world, call.input.AccountId)) };
  }),

  ListAccounts: defineOperation<ListAccountsCommandInput, ListAccountsCommandOutput>((call) => {
    authorizeOrganizations(call, 'ListAccounts');
    return accountPage(call.world, 'all', [...call.world.accounts.values()], call.input.NextToken);
  }),

  ListAccountsForParent: defineOperation<
    ListAccountsForParentCommandInput,
    ListAccountsForParentCommandOutput
  >((call) => {
    authorizeOrganizations(call, 'ListAccountsForParent');
    return accountPage(
      call.world,
      parentOf(call),
      accountsIn(call.world, parentOf(call)),
      call.input.NextToken,
    );
  }),

  ListRoots: defineOperation<ListRootsCommandInput, ListRootsCommandOutput>((call) => {
    authorizeOrganizations(call, 'ListRoots');
    const Id = call.world.settings.rootId;
    return {
      Roots: [
        {
          Id,
          Arn: formatOrganizationsArn(call.world, `root/${call.world.settings.organizationId}/${Id}`),
          Name: 'Root',
          PolicyTypes: [...call.world.organizationPolicies.enabledTypes].map((Type) => ({
            Type,
            Status: 'ENABLED',
          })),
        },
      ],
    };
  }),

  ListParents: defineOperation<ListParentsCommandInput, ListParentsCommandOutput>((call) => {
    authorizeOrganizations(call, 'ListParents');
    const { world, input } = call;
    const child =
      world.accounts.get(input.ChildId ?? '') ?? world.organizationalUnits.get(input.ChildId ?? '');
    if (child === undefined)
      throw createAwsError('ChildNotFoundException', "You specified a child that doesn't exist.");
    return { Parents: [{ Id: child.parentId, Type: typeOf(world, child.parentId) }] };
  }),

  ListChildren: defineOperation<ListChildrenCommandInput, ListChildrenCommandOutput>((call) => {
    authorizeOrganizations(call, 'ListChildren');
    const { world, input } = call;
    const Type = input.ChildType ?? 'ACCOUNT';
    const parent = parentOf(call);
    const children = Type === 'ACCOUNT' ? accountsIn(world, parent) : unitsIn(world, parent);
    const { items, next } = getPage(`children ${Type} ${parent}`, children, input.NextToken);
    return { Children: items.map(({ id }) => ({ Id: id, Type })), ...toNextToken(next) };
  }),

  ListOrganizationalUnitsForParent: defineOperation<
    ListOrganizationalUnitsForParentCommandInput,
    ListOrganizationalUnitsForParentCommandOutput
  >((call) => {
    authorizeOrganizations(call, 'ListOrganizationalUnitsForParent');
    const parent = parentOf(call);
    const { items, next } = getPage(`units ${parent}`, unitsIn(call.world, parent), call.input.NextToken);
    return { OrganizationalUnits: items.map((ou) => describeOu(call.world, ou)), ...toNextToken(next) };
  }),

  DescribeOrganizationalUnit: defineOperation<
    DescribeOrganizationalUnitCommandInput,
    DescribeOrganizationalUnitCommandOutput
  >((call) => {
    authorizeOrganizations(call, 'DescribeOrganizationalUnit');
    const ou = call.world.organizationalUnits.get(call.input.OrganizationalUnitId ?? '');
    if (ou === undefined)
      throw createAwsError('OrganizationalUnitNotFoundException', "You specified an OU that doesn't exist.");
    return { OrganizationalUnit: describeOu(call.world, ou) };
  }),

  ListTagsForResource: defineOperation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>(
    (call) => {
      authorizeOrganizations(call, 'ListTagsForResource');
      const { world, input } = call;
      const account = world.accounts.get(input.ResourceId ?? '');
      if (account === undefined && !isContainer(world, input.ResourceId ?? ''))
        throw createAwsError('TargetNotFoundException', "You specified a target that doesn't exist.");
      const tags = Object.entries(account?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
      const { items, next } = getPage(`tags ${input.ResourceId}`, tags, input.NextToken);
      return { Tags: [...items], ...toNextToken(next) };
    },
  ),
};

function accountOf(world: SimulatedWorld, id: string | undefined): SimulatedAccount {
  const account = world.accounts.get(id ?? '');
  if (account === undefined)
    throw createAwsError('AccountNotFoundException', "You specified an account that doesn't exist.");
  return account;
}

function parentOf({ world, input }: ServiceCall<{ ParentId: string | undefined }>): string {
  const id = input.ParentId ?? '';
  if (!isContainer(world, id))
    throw createAwsError('ParentNotFoundException', "You specified parent that doesn't exist.");
  return id;
}

const accountsIn = (world: SimulatedWorld, parent: string): readonly SimulatedAccount[] =>
  [...world.accounts.values()].filter(({ parentId }) => parentId === parent);

const unitsIn = (world: SimulatedWorld, parent: string): readonly SimulatedOu[] =>
  [...world.organizationalUnits.values()].filter(({ parentId }) => parentId === parent);

function accountPage(
  world: SimulatedWorld,
  listing: string,
  accounts: readonly SimulatedAccount[],
  token: string | undefined,
) {
  const { items, next } = getPage(`accounts ${listing}`, accounts, token);
  return { Accounts: items.map((account) => describe(world, account)), ...toNextToken(next) };
}

const typeOf = (world: SimulatedWorld, id: string) =>
  id === world.settings.rootId ? ('ROOT' as const) : ('ORGANIZATIONAL_UNIT' as const);

function describe(world: SimulatedWorld, { id, name, state }: SimulatedAccount): Account {
  const { organizationId } = world.settings;
  const State = state === 'DEPARTED' ? 'CLOSED' : state;
  const status = {
    ACTIVE: 'ACTIVE',
    PENDING_CLOSURE: 'PENDING_CLOSURE',
    PENDING_ACTIVATION: undefined,
  } as const;
  const Status = State in status ? status[State as keyof typeof status] : 'SUSPENDED';
  return {
    Id: id,
    Arn: formatOrganizationsArn(world, `account/${organizationId}/${id}`),
    Name: name,
    Email: `${id}@accounts.example`,
    State,
    ...(Status === undefined ? {} : { Status }),
    JoinedMethod: 'CREATED',
  };
}

const describeOu = (world: SimulatedWorld, { id, name }: SimulatedOu): OrganizationalUnit => ({
  Id: id,
  Arn: formatOrganizationsArn(world, `ou/${world.settings.organizationId}/${id}`),
  Name: name,
});
