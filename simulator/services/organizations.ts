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
import { findDenial } from '../permissions.ts';
import type { SimulatedAccount, SimulatedOu } from '../simulated-resources.ts';
import { isContainer, type SimulatedWorld } from '../world.ts';

/** AWS Organizations, read-only. Source: Organizations API reference. */
export const organizations: ServiceOperations = {
  DescribeOrganization: defineOperation<DescribeOrganizationCommandInput, DescribeOrganizationCommandOutput>(
    (call) => {
      authorize(call, 'DescribeOrganization');
      const { organizationId, managementAccountId } = call.world.settings;
      return {
        Organization: {
          Id: organizationId,
          Arn: arn(call.world, `organization/${organizationId}`),
          FeatureSet: 'ALL',
          MasterAccountId: managementAccountId,
        },
      };
    },
  ),

  DescribeAccount: defineOperation<DescribeAccountCommandInput, DescribeAccountCommandOutput>((call) => {
    authorize(call, 'DescribeAccount');
    return { Account: describe(call.world, accountOf(call.world, call.input.AccountId)) };
  }),

  ListAccounts: defineOperation<ListAccountsCommandInput, ListAccountsCommandOutput>((call) => {
    authorize(call, 'ListAccounts');
    return accountPage(call.world, 'all', [...call.world.accounts.values()], call.input.NextToken);
  }),

  ListAccountsForParent: defineOperation<
    ListAccountsForParentCommandInput,
    ListAccountsForParentCommandOutput
  >((call) => {
    authorize(call, 'ListAccountsForParent');
    return accountPage(
      call.world,
      parentOf(call),
      accountsIn(call.world, parentOf(call)),
      call.input.NextToken,
    );
  }),

  ListRoots: defineOperation<ListRootsCommandInput, ListRootsCommandOutput>((call) => {
    authorize(call, 'ListRoots');
    const Id = call.world.settings.rootId;
    return {
      Roots: [{ Id, Arn: arn(call.world, `root/${call.world.settings.organizationId}/${Id}`), Name: 'Root' }],
    };
  }),

  ListParents: defineOperation<ListParentsCommandInput, ListParentsCommandOutput>((call) => {
    authorize(call, 'ListParents');
    const { world, input } = call;
    const child =
      world.accounts.get(input.ChildId ?? '') ?? world.organizationalUnits.get(input.ChildId ?? '');
    if (child === undefined)
      throw createAwsError('ChildNotFoundException', "You specified a child that doesn't exist.");
    return { Parents: [{ Id: child.parentId, Type: typeOf(world, child.parentId) }] };
  }),

  ListChildren: defineOperation<ListChildrenCommandInput, ListChildrenCommandOutput>((call) => {
    authorize(call, 'ListChildren');
    const { world, input } = call;
    const Type = input.ChildType ?? 'ACCOUNT';
    const parent = parentOf(call);
    const children = Type === 'ACCOUNT' ? accountsIn(world, parent) : unitsIn(world, parent);
    const { items, next } = getPage(`children ${Type} ${parent}`, children, input.NextToken);
    return { Children: items.map(({ id }) => ({ Id: id, Type })), ...nextToken(next) };
  }),

  ListOrganizationalUnitsForParent: defineOperation<
    ListOrganizationalUnitsForParentCommandInput,
    ListOrganizationalUnitsForParentCommandOutput
  >((call) => {
    authorize(call, 'ListOrganizationalUnitsForParent');
    const parent = parentOf(call);
    const { items, next } = getPage(`units ${parent}`, unitsIn(call.world, parent), call.input.NextToken);
    return { OrganizationalUnits: items.map((ou) => describeOu(call.world, ou)), ...nextToken(next) };
  }),

  DescribeOrganizationalUnit: defineOperation<
    DescribeOrganizationalUnitCommandInput,
    DescribeOrganizationalUnitCommandOutput
  >((call) => {
    authorize(call, 'DescribeOrganizationalUnit');
    const ou = call.world.organizationalUnits.get(call.input.OrganizationalUnitId ?? '');
    if (ou === undefined)
      throw createAwsError('OrganizationalUnitNotFoundException', "You specified an OU that doesn't exist.");
    return { OrganizationalUnit: describeOu(call.world, ou) };
  }),

  ListTagsForResource: defineOperation<ListTagsForResourceCommandInput, ListTagsForResourceCommandOutput>(
    (call) => {
      authorize(call, 'ListTagsForResource');
      const { world, input } = call;
      const account = world.accounts.get(input.ResourceId ?? '');
      if (account === undefined && !isContainer(world, input.ResourceId ?? ''))
        throw createAwsError('TargetNotFoundException', "You specified a target that doesn't exist.");
      const tags = Object.entries(account?.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
      const { items, next } = getPage(`tags ${input.ResourceId}`, tags, input.NextToken);
      return { Tags: [...items], ...nextToken(next) };
    },
  ),
};

/** Only the management account and delegated administrators may call; the hub's account is taken for one. */
function authorize({ world, caller, region }: ServiceCall<object>, name: string): void {
  const { managementAccountId, hubAccountId } = world.settings;
  const mayCall = [managementAccountId, hubAccountId].includes(caller.accountId);
  const denial = findDenial(world, caller, {
    action: `organizations:${name}`,
    resource: '*',
    resourceAccount: caller.accountId,
    region,
  });
  if (!mayCall || denial !== undefined)
    throw createAwsError(
      'AccessDeniedException',
      denial ?? "You don't have permissions to access this resource.",
      400,
    );
}

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
  return { Accounts: items.map((account) => describe(world, account)), ...nextToken(next) };
}

const nextToken = (next: string | undefined) => (next === undefined ? {} : { NextToken: next });

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
    Arn: arn(world, `account/${organizationId}/${id}`),
    Name: name,
    Email: `${id}@accounts.example`,
    State,
    ...(Status === undefined ? {} : { Status }),
    JoinedMethod: 'CREATED',
  };
}

const describeOu = (world: SimulatedWorld, { id, name }: SimulatedOu): OrganizationalUnit => ({
  Id: id,
  Arn: arn(world, `ou/${world.settings.organizationId}/${id}`),
  Name: name,
});

const arn = ({ settings }: SimulatedWorld, resource: string): string =>
  `arn:${settings.partition}:organizations::${settings.managementAccountId}:${resource}`;
