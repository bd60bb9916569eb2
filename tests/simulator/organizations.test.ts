import {
  DescribeAccountCommand,
  DescribeOrganizationalUnitCommand,
  DescribeOrganizationCommand,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListChildrenCommand,
  ListHandshakesForAccountCommand,
  ListOrganizationalUnitsForParentCommand,
  ListParentsCommand,
  ListRootsCommand,
  ListTagsForResourceCommand,
  OrganizationsClient,
  paginateListAccounts,
  paginateListTagsForResource,
} from '@aws-sdk/client-organizations';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { withPlugins } from '../../shared/platform/aws/plugins.ts';
import {
  createSimulatorEnv,
  log,
  management,
  member,
  policy,
  refusal,
  region,
  type SimulatorEnv,
} from '../fixtures/simulator-env.ts';

let env: SimulatorEnv;

beforeEach(() => {
  env = createSimulatorEnv();
});

const send = (command: object): Promise<unknown> =>
  env.hubClients.organizations.send(command as ListRootsCommand);

describe('what Organizations tells', () => {
  test('describes the organization and its root', async () => {
    const { organizations } = env.hubClients;
    const { Organization } = await organizations.send(new DescribeOrganizationCommand({}));
    const { Roots } = await organizations.send(new ListRootsCommand({}));
    expect(Organization).toMatchObject({ Id: 'o-example1234', MasterAccountId: management });
    expect(Roots).toEqual([
      { Id: 'r-abcd', Arn: expect.stringContaining('root/o-example1234'), Name: 'Root', PolicyTypes: [] },
    ]);
  });

  test.each([
    ['ACTIVE', 'ACTIVE'],
    ['PENDING_ACTIVATION', undefined],
    ['SUSPENDED', 'SUSPENDED'],
    ['PENDING_CLOSURE', 'PENDING_CLOSURE'],
    ['CLOSED', 'SUSPENDED'],
  ] as const)('returns the state %s of an account with the older status %s', async (state, status) => {
    env.organization.setState(member, state);
    const { Account } = await env.hubClients.organizations.send(
      new DescribeAccountCommand({ AccountId: member }),
    );
    expect([Account?.State, Account?.Status]).toEqual([state, status]);
  });

  test('returns the parents of accounts and of OUs', async () => {
    const { organizations } = env.hubClients;
    const ofAccount = await organizations.send(new ListParentsCommand({ ChildId: member }));
    const ofOu = await organizations.send(new ListParentsCommand({ ChildId: 'ou-abcd-workloads' }));
    expect(ofAccount.Parents).toEqual([{ Id: 'ou-abcd-workloads', Type: 'ORGANIZATIONAL_UNIT' }]);
    expect(ofOu.Parents).toEqual([{ Id: 'r-abcd', Type: 'ROOT' }]);
  });

  test('lists children by type, and the OUs and accounts of a parent', async () => {
    const { organizations } = env.hubClients;
    const ParentId = 'r-abcd';
    const units = await organizations.send(
      new ListChildrenCommand({ ParentId, ChildType: 'ORGANIZATIONAL_UNIT' }),
    );
    const accounts = await organizations.send(
      new ListChildrenCommand({ ParentId: 'ou-abcd-workloads', ChildType: 'ACCOUNT' }),
    );
    const described = await organizations.send(new ListOrganizationalUnitsForParentCommand({ ParentId }));
    const inRoot = await organizations.send(new ListAccountsForParentCommand({ ParentId }));
    expect(units.Children).toEqual([{ Id: 'ou-abcd-workloads', Type: 'ORGANIZATIONAL_UNIT' }]);
    expect(accounts.Children).toEqual([{ Id: member, Type: 'ACCOUNT' }]);
    expect(described.OrganizationalUnits?.map(({ Name }) => Name)).toEqual(['Workloads']);
    expect(inRoot.Accounts?.map(({ Name }) => Name)).toEqual([
      'management',
      'hub',
      'log',
      'security',
      'shared',
    ]);
  });

  test('describes an OU by its id', async () => {
    const { OrganizationalUnit } = await env.hubClients.organizations.send(
      new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: 'ou-abcd-workloads' }),
    );
    expect(OrganizationalUnit?.Name).toBe('Workloads');
  });
});

describe('pages', () => {
  test('lists accounts in pages of twenty with a token until the last', async () => {
    for (let index = 0; index < 55; index++)
      env.organization.addAccount({ id: `3000000000${10 + index}`, name: `account-${index}` });
    const sizes: number[] = [];
    const ids = new Set<string | undefined>();
    for await (const { Accounts = [] } of paginateListAccounts(
      { client: env.hubClients.organizations },
      {},
    )) {
      sizes.push(Accounts.length);
      for (const { Id } of Accounts) ids.add(Id);
    }
    expect(sizes).toEqual([20, 20, 20, 1]);
    expect(ids.size).toBe(61);
  });

  test('lists tags in pages of twenty', async () => {
    const tags = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`key-${index}`, 'value']));
    env.organization.tagAccount(member, tags);
    const ids: string[] = [];
    const pages = paginateListTagsForResource(
      { client: env.hubClients.organizations },
      { ResourceId: member },
    );
    for await (const { Tags = [] } of pages) ids.push(...Tags.map(({ Key }) => Key ?? ''));
    expect(ids).toEqual(Object.keys(tags));
  });

  test('accepts only page tokens that the service returned', async () => {
    expect(await refusal(send(new ListAccountsCommand({ NextToken: 'mine' })))).toMatchObject({
      name: 'InvalidInputException',
    });
  });
});

describe('refusals', () => {
  test.each([
    ['AccountNotFoundException', new DescribeAccountCommand({ AccountId: '999999999999' })],
    ['ChildNotFoundException', new ListParentsCommand({ ChildId: '999999999999' })],
    ['ParentNotFoundException', new ListAccountsForParentCommand({ ParentId: 'ou-abcd-none' })],
    ['ParentNotFoundException', new ListChildrenCommand({ ParentId: 'ou-none', ChildType: 'ACCOUNT' })],
    ['ParentNotFoundException', new ListOrganizationalUnitsForParentCommand({ ParentId: 'ou-none' })],
    [
      'OrganizationalUnitNotFoundException',
      new DescribeOrganizationalUnitCommand({ OrganizationalUnitId: 'ou-x' }),
    ],
    ['TargetNotFoundException', new ListTagsForResourceCommand({ ResourceId: '999999999999' })],
    ['NotSimulated', new ListHandshakesForAccountCommand({})],
  ])('refuses a call with %s', async (name, command) => {
    expect(await refusal(send(command))).toMatchObject({ name });
  });

  test('refuses a call from an account that is neither the management account nor the hub', async () => {
    const credentials = env.organization.credentialsOf(log, 'account-onboarding-spoke');
    const client = withPlugins(new OrganizationsClient({ region, credentials }), [env.organization.plugin()]);
    expect(await refusal(client.send(new ListAccountsCommand({})))).toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test('requires permission for a role of the management account', async () => {
    const asks = policy({ Effect: 'Allow', Action: 'organizations:ListRoots', Resource: '*' });
    env.organization.addRole({
      accountId: management,
      name: 'reader',
      trust: policy(),
      permissions: asks,
    });
    const credentials = env.organization.credentialsOf(management, 'reader');
    const client = withPlugins(new OrganizationsClient({ region, credentials }), [env.organization.plugin()]);
    const { Roots } = await client.send(new ListRootsCommand({}));
    expect(Roots).toHaveLength(1);
    expect(await refusal(client.send(new ListAccountsCommand({})))).toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('organizations:ListAccounts'),
    });
  });
});
